"""Static rules: no dangerous loader, no swallowed error, no machine path, no registry, no version known to be bad, and no pattern that hangs."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from assistant.reading.lexicon import the_lists

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("app.py", "assistant", "corpus", "evals", "ingest")
NOT_TEXT = {".png", ".jpg", ".ico", ".woff2", ".npz", ".npy"}


def tracked() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [
        ROOT / name for name in listed.splitlines() if (ROOT / name).is_file() and Path(name).suffix not in NOT_TEXT
    ]


def product_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PRODUCT]


# --- Python ---------------------------------------------------------------------------------------------------------------


def named(node: ast.AST) -> str:
    """`yaml.load` for the node of `yaml.load`."""
    if isinstance(node, ast.Attribute):
        return f"{named(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def dangers(source: str) -> list[str]:
    """What `source` does that it must not, each with its line."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            bad = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
            found += [f"{line}: imports {module}" for module in modules if module.split(".")[0] in bad]
        elif isinstance(node, ast.Call):
            name = named(node.func)
            if name in ("eval", "exec", "compile", "__import__", "os.system", "os.popen", "torch.load"):
                found.append(f"{line}: calls {name}")
            if name.endswith("gr.HTML") or name == "HTML":
                found.append(f"{line}: gr.HTML runs what it is given")
            if name in ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load") and not is_safe(
                node, source
            ):
                found.append(f"{line}: {name} without a safe loader")
            for keyword in node.keywords:
                value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                if (keyword.arg or "").startswith("allow_dangerous"):
                    found.append(f"{line}: {keyword.arg}")
                if keyword.arg in ("shell", "trust_remote_code", "allow_pickle") and value is not False:
                    found.append(f"{line}: {keyword.arg}")
        elif isinstance(node, ast.ExceptHandler):
            if node.type is None:
                found.append(f"{line}: a bare except")
            elif named(node.type) in ("Exception", "BaseException") and all(
                isinstance(one, ast.Pass) for one in node.body
            ):
                found.append(f"{line}: an error swallowed whole")
        elif isinstance(node, ast.Attribute) and named(node).endswith("gr.HTML"):
            found.append(f"{line}: gr.HTML runs what it is given")
    return sorted(set(found))


def is_safe(call: ast.Call, source: str) -> bool:
    """True when the loader, or the name that holds it, is a SafeLoader."""
    loaders = [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "Loader")]
    told = [ast.get_source_segment(source, loader) or "" for loader in loaders]
    assigned = [
        re.search(rf"^\s*(?:{re.escape(name)} = |class {re.escape(name)}\().*SafeLoader", source, re.MULTILINE)
        for name in told
    ]
    return bool(told) and all("SafeLoader" in name or found for name, found in zip(told, assigned, strict=True))


@pytest.mark.parametrize("path", product_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_of_the_product_is_dangerous(path):
    assert dangers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib",
        "eval('1')",
        "exec(text)",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)",
        "yaml.unsafe_load(text)",
        "gr.HTML(text)",
        "component = gr.HTML",
        "FAISS.load_local(path, allow_dangerous_deserialization=True)",
        "subprocess.run(text, shell=True)",
        "SentenceTransformer(name, trust_remote_code=True)",
        "SentenceTransformer(name, trust_remote_code=flag)",
        "np.load(path, allow_pickle=True)",
        "torch.load(path)",
        "try:\n    pass\nexcept:\n    raise",
        "try:\n    pass\nexcept Exception:\n    pass",
    ],
)
def test_each_danger_is_noticed(source):
    assert dangers(source)


@pytest.mark.parametrize(
    "source",
    [
        "yaml.safe_load(text)",
        "yaml.load(text, Loader=yaml.SafeLoader)",
        "loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)\nyaml.load(text, Loader=loader)",
        "pattern.evaluate(text)",
        "model.eval()",
        "re.compile(text)",
        "SentenceTransformer(name, trust_remote_code=False)",
    ],
)
def test_what_is_safe_is_left_alone(source):
    assert dangers(source) == []


# --- texts ----------------------------------------------------------------------------------------------------------------

_MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|Users|work|mnt|tmp/dev|private/var)/[\w.-]+|[A-Z]:\\\\Users\\\\")
_REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("huggingface", "co"),
            ("hf", "co"),
            ("proxy", "golang", "org"),
            ("download", "pytorch", "org"),
        )
    )
)
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:sk|hf|ghp|gho|glpat)[-_][A-Za-z0-9]{20,}\b|\bAKIA[0-9A-Z]{16}\b"
)
Rule = Callable[[str], Iterable[str]]
RULES = {
    "machine path": lambda text: _MACHINE_PATH.findall(text),
    "package registry": lambda text: _REGISTRIES.findall(text),
    "secret": lambda text: _SECRETS.findall(text),
}


@pytest.mark.parametrize("name", RULES)
def test_no_text_of_the_repository_holds(name):
    own = Path(__file__).resolve()
    found = {}
    for path in tracked():
        if path == own:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if hits := list(RULES[name](text)):
            found[path.relative_to(ROOT).as_posix()] = hits[:3]
    assert found == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("machine path", "see /home/someone/project"),
        ("machine path", "cd /work/main && make"),
        ("package registry", "https://" + "pypi" + ".org/simple"),
        ("package registry", "https://" + "huggingface" + ".co/models"),
        ("secret", "token = 'hf_" + "a1B2" * 8 + "'"),
    ],
)
def test_each_forbidden_text_is_noticed(name, text):
    assert list(RULES[name](text))


@pytest.mark.parametrize(
    "text", ["https://www.cnil.fr/work/home/page", "var/index", "~/.cache", "/ask", "/tmp", "skills-based"]
)
def test_an_ordinary_text_is_left_alone(text):
    assert not any(list(rule(text)) for rule in RULES.values())


# --- versions -------------------------------------------------------------------------------------------------------------

FLOORS = {
    "gradio": "6.27",
    "starlette": "0.49.1",
    "langchain-core": "1.2.5",
    "langgraph-checkpoint": "3",
    "pypdf": "7.1",
    "chromadb": "1.5.9",
}
"""HARDENING S-01."""


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_what_is_installed_is_above_its_floor(name, floor):
    try:
        installed = version(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    assert numbers(installed) >= numbers(floor)


def requirements() -> dict[str, str]:
    """The requirements of the project: name → what follows it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        match[1].casefold(): match[2]
        for line in project["dependencies"]
        if (match := re.match(r"([\w.-]+)(?:\[[\w,]+\])?\s*(.*)", line))
    }


@pytest.mark.parametrize("name", [name for name in FLOORS if name in requirements()])
def test_what_may_be_installed_is_above_its_floor(name):
    lowest = re.search(r"(?:>=|==)\s*([\d.]+)", requirements()[name])
    assert lowest and numbers(lowest[1]) >= numbers(FLOORS[name])


def test_every_requirement_has_a_floor():
    assert {name for name, bounds in requirements().items() if not re.search(r"(?:>=|==)", bounds)} == set()


def test_what_must_stay_above_a_floor_is_required_by_name():
    assert {"gradio", "starlette", "langchain-core", "pypdf", "chromadb"} <= requirements().keys()


def test_every_command_reports_its_own_errors_alone():
    """Typer's own tracebacks show local variables: questions and answers."""
    for path in (ROOT / "assistant" / "__main__.py", ROOT / "ingest" / "__main__.py"):
        assert "pretty_exceptions_enable=False" in path.read_text(encoding="utf-8")


# --- Regular expressions ----------------------------------------------------------------------------------------------------

# What a repeated group is tried on: short words, with and without what may come between them.
PIECES = ["".join(letters) for n in (1, 2, 3) for letters in itertools.product("aA0 ,.\n-", repeat=n)]
PIECES += ["PUB", "PUB ", "PUBS", "PPUB", "a b ", "ab, "]


def repeated_groups(pattern: str) -> Iterator[str]:
    """Every group of `pattern` that may be repeated without end."""
    opened: list[int] = []
    escaped = in_class = False
    for place, letter in enumerate(pattern):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
        elif letter == "(":
            opened.append(place)
        elif letter == ")":
            start = opened.pop()
            if re.match(r"[*+](?!\+)|\{\d*,\}", pattern[place + 1 :]):
                yield pattern[start : place + 1]


def hangs(pattern: str) -> list[str]:
    """The repeated groups that may take a text once or twice: where what follows fails, every way to cut the text is tried, without end."""
    found = []
    for group in repeated_groups(pattern):
        once = re.compile(re.sub(r"\\[1-9]", "a", group))  # what was taken before: any letter stands for it
        taken = [piece for piece in PIECES if once.fullmatch(piece)]
        if any(once.fullmatch(first + second) for first in taken for second in taken):
            found.append(group)
    return found


def patterns_in(value: object) -> Iterator[str]:
    if isinstance(value, re.Pattern):
        yield value.pattern
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(one)


def product_patterns() -> set[str]:
    """The patterns of the lists, and those that the modules of the product keep under a name."""
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in product_files()
        if path.name not in ("__main__.py", "app.py")
    ]
    kept = [vars(importlib.import_module(name)) for name in names]
    return {pattern for holder in (*kept, vars(the_lists())) for pattern in patterns_in(holder)}


def test_no_pattern_can_hang_on_a_text() -> None:
    patterns = product_patterns()
    assert len(patterns) > 500
    assert not {pattern: groups for pattern in patterns if (groups := hangs(pattern))}


@pytest.mark.parametrize(
    "pattern", [r"^(?:[a-z0-9]+|,| )+$", r"since (?:[a-z]+|,)* ?used", r"(?:a+)*b", r"(\s*,\s*|\s+)+$"]
)
def test_a_pattern_that_hangs_is_found(pattern: str) -> None:
    assert hangs(pattern)


@pytest.mark.parametrize("pattern", [r"^(?: (?:[a-z]+|,))+$", r"(?:[a-z]+ ){0,4}b", r"\((?:a|b)*\)", r"[(+]*a"])
def test_a_pattern_that_ends_is_left_alone(pattern: str) -> None:
    assert not hangs(pattern)
