"""The pages and the routes around them. The only place that knows Gradio; it shows, it decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .build import build_site
    from .options import SiteOptions, options_from

__all__ = ["SiteOptions", "build_site", "options_from"]


def __getattr__(name: str) -> Any:
    # Gradio takes seconds to import: only those who build the site pay for it.
    if name == "build_site":
        from .build import build_site

        return build_site
    if name in ("SiteOptions", "options_from"):
        from . import options

        return getattr(options, name)
    raise AttributeError(name)
