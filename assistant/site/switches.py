"""What the libraries would send outside, forced off before any of them is imported."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

# Everything that starts like this belongs to a library that a hostile or careless environment could turn against us.
REMOVED_PREFIXES = ("GRADIO_", "LANGSMITH_", "LANGCHAIN_", "OTEL_", "CHROMA_OTEL_", "SPACE_", "SPACES_")
REMOVED_NAMES = frozenset(
    {"SYSTEM", "FORWARDED_ALLOW_IPS", "UVICORN_ROOT_PATH", "WEB_CONCURRENCY", "HF_ENDPOINT", "HF_TOKEN"}
    | {name for scheme in ("http", "https", "all") for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper())}
)
FORCED = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_VIBE_MODE": "",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}


def force_switches(environment: MutableMapping[str, str], temporary_folder: Path) -> list[str]:
    """Turn off every outward switch in `environment`; the names that were set otherwise come back, sorted."""
    overridden = []
    for name in sorted(environment):
        if name.startswith(REMOVED_PREFIXES) or name in REMOVED_NAMES:
            if environment[name] != FORCED.get(name):
                overridden.append(name)
            del environment[name]
        elif name in FORCED and environment[name] != FORCED[name]:
            overridden.append(name)
    environment.update(FORCED)
    environment["GRADIO_TEMP_DIR"] = str(temporary_folder)
    return overridden
