"""Our own texts: Markdown sections with their facts and references, and the questions that lead to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from corpus.errors import ExplainedError
from corpus.passages import Confidence, Document, Language, Passage
from corpus.sources import Source
from corpus.yaml_files import check, load_checked, parse, read_text

_FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"^## +(?P<title>.+?) +\{#(?P<id>[a-z0-9-]+)\} *$", re.MULTILINE)
_ANY_HEADING = re.compile(r"^## .*$", re.MULTILINE)
_DATA = re.compile(r"^```yaml\n(?P<yaml>.*?)^``` *$", re.MULTILINE | re.DOTALL)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FrontMatter(_Strict):
    """The head of a file: its title for readers, its language, its place in the guide."""

    title: str = Field(min_length=3)
    language: Language
    order: int
    concerns_applying: bool = False


class PinpointedSource(_Strict):
    """A source of `sources.yaml`, and where in it the statement is found."""

    source: str
    pinpoint: str = ""


class SectionData(_Strict):
    """The data block of a section."""

    facts: list[str] = Field(min_length=1)
    confidence: Confidence
    references: list[PinpointedSource] = Field(min_length=1)
    note: str = ""
    not_stated: bool = False
    only_when: Literal["open", "closed"] | None = None
    details: list[str] = Field(default_factory=list)
    others: list[str] = Field(default_factory=list)
    valid_from: date | None = None
    valid_until: date | None = None


class Leads(_Strict):
    """What people write: questions that the section answers, false statements that it refutes, questions beside it that nothing answers."""

    questions: list[str] = Field(min_length=1)
    misconceptions: list[str] = Field(default_factory=list)
    beside: list[str] = Field(default_factory=list)


class LeadsBySection(_Strict):
    """The whole of `questions/<topic>.yaml`: section id → language → leads."""

    sections: dict[str, dict[Language, Leads]]


@dataclass(frozen=True)
class _Section:
    id: str
    title: str
    text: str
    start: int
    data: SectionData


LeadsByTopic = dict[str, dict[str, dict[Language, Leads]]]
"""Name of a topic → section id → language → leads."""


def read_leads(folder: Path) -> LeadsByTopic:
    """What every file of `questions/` holds."""
    return {
        path.stem: load_checked(path, LeadsBySection).sections for path in sorted((folder / "questions").glob("*.yaml"))
    }


def read_restatement(path: Path, folder: Path, sources: dict[str, Source], leads_by_topic: LeadsByTopic) -> Document:
    """The file `path` of the corpus `folder` as a Document; a mistake in it names the file and the line."""
    name = path.relative_to(folder).as_posix()
    text = read_text(path, name)
    front = _front_matter(text, name)
    if front.language != path.parent.name:
        raise ExplainedError(
            f"{name}, line {_line_of_key(text, 'language')}: the file says 'language: {front.language}' and stands in the folder '{path.parent.name}'. "
            f"Nothing was changed. Write 'language: {path.parent.name}', or move the file to texts/{front.language}."
        )
    leads = leads_by_topic.get(path.stem, {})
    passages = []
    for section in _sections(text, name):
        lead = leads.get(section.id, {}).get(front.language, Leads(questions=[section.title]))
        for pointer in section.data.references:
            if pointer.source not in sources:
                raise ExplainedError(
                    f"{name}, line {_line(text, section.start)}: the section '{section.id}' points to the source '{pointer.source}', which "
                    "sources.yaml does not list. Add the source there, or correct the name. Nothing was changed."
                )
        passages.append(
            Passage(
                id=f"{section.id}/{front.language}",
                section_id=section.id,
                source_id=name.removesuffix(".md"),
                file=name,
                title=section.title,
                heading_path=(front.title, section.title),
                locator=f"{front.title} › {section.title}",
                text=section.text,
                start=section.start,
                end=section.start + len(section.text),
                language=front.language,
                official=False,
                confidence=section.data.confidence,
                references=tuple(sources[p.source].reference(p.pinpoint) for p in section.data.references),
                fact_ids=tuple(section.data.facts),
                note=section.data.note,
                is_not_stated=section.data.not_stated,
                concerns_applying=front.concerns_applying,
                only_when=section.data.only_when,
                details=tuple(section.data.details),
                others=tuple(section.data.others),
                valid_from=section.data.valid_from,
                valid_until=section.data.valid_until,
                questions=tuple(lead.questions),
                misconceptions=tuple(lead.misconceptions),
                beside=tuple(lead.beside),
            )
        )
    return Document(name.removesuffix(".md"), name, front.title, front.language, text, tuple(passages))


def check_together(documents: Sequence[Document], leads: LeadsByTopic, folder: Path) -> None:
    """An ExplainedError when the files, each right on its own, do not fit: two sections of one name, a detail or questions of a section
    that there is not."""
    by_id: dict[str, tuple[str, int]] = {}
    sections: dict[str, set[str]] = {}
    for document in documents:
        for passage in document.passages:
            line = _line(document.text, document.text.rfind("\n## ", 0, passage.start) + 1)
            if passage.id in by_id:
                other, other_line = by_id[passage.id]
                raise ExplainedError(
                    f"{document.file}, line {line}: the anchor '{passage.section_id}' is already that of a section in {other}, line {other_line}. "
                    "Nothing was changed. Give each section an anchor of its own, the same in French and English."
                )
            by_id[passage.id] = document.file, line
            sections.setdefault(Path(document.file).stem, set()).add(passage.section_id)
    known = set().union(*sections.values())
    for document in documents:
        for passage in document.passages:
            for strange in (detail for detail in (*passage.details, *passage.others) if detail not in known):
                line = _line(document.text, document.text.find(f"- {strange}", passage.end))
                raise ExplainedError(
                    f"{document.file}, line {line}: the section '{passage.section_id}' gives '{strange}' as a detail, and no section has that anchor. "
                    "Nothing was changed. Correct the name, or write the section."
                )
    for topic, of_topic in leads.items():
        for section_id in of_topic:
            if section_id not in sections.get(topic, set()):
                name = f"questions/{topic}.yaml"
                raise ExplainedError(
                    f"{name}, line {_line_of_key(read_text(folder / name), section_id)}: these questions are for the section '{section_id}', and texts/*/{topic}.md "
                    "has none of that name, so they would lead nowhere. Nothing was changed. Correct the name, or write the section."
                )


def _line_of_key(text: str, key: str) -> int:
    found = re.search(rf"^\s*{re.escape(key)}\s*:", text, re.MULTILINE)
    return _line(text, found.end()) if found else 1


def _front_matter(text: str, name: str) -> FrontMatter:
    match = _FRONT_MATTER.match(text)
    if not match:
        raise ExplainedError(
            f"{name}, line 1: the front matter is missing or not closed, so the file cannot be read; nothing was changed. "
            "Write at the top of the file:\n---\ntitle: …\nlanguage: fr\norder: 1\n---"
        )
    return check(parse(match["yaml"], name, 2), FrontMatter, name, match["yaml"], 2)


def _sections(text: str, name: str) -> list[_Section]:
    headings = list(_ANY_HEADING.finditer(text))
    if not headings:
        raise ExplainedError(
            f"{name}: no section was found, so nothing can be asked of it. Nothing was changed. Write sections that start with '## Title {{#short-name}}'."
        )
    head = _FRONT_MATTER.match(text)
    _refuse_stray(text, head.end() if head else 0, headings[0].start(), name, "before the first section title")
    found = []
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        line = _line(text, heading.start())
        well_formed = _HEADING.match(heading.group())
        if not well_formed:
            raise ExplainedError(
                f"{name}, line {line}: a section title has no anchor; nothing was changed. Write: {heading.group().strip()} {{#short-name}}"
            )
        body_end = following.start() if following else len(text)
        data_block = _DATA.search(text, heading.end(), body_end)
        if not data_block:
            raise ExplainedError(
                f"{name}, line {line}: the section '{well_formed['id']}' has no data block, so its facts and sources are unknown; nothing was "
                "changed. After the statement, write a block that opens with ```yaml and closes with ```, with facts, confidence and references."
            )
        data_line = _line(text, data_block.start("yaml"))
        data = check(parse(data_block["yaml"], name, data_line), SectionData, name, data_block["yaml"], data_line)
        statement = text[heading.end() : data_block.start()]
        start = heading.end() + len(statement) - len(statement.lstrip())
        if not statement.strip():
            raise ExplainedError(
                f"{name}, line {line}: the section '{well_formed['id']}' has no statement. Write it between the title and the data block."
            )
        _refuse_stray(
            text, data_block.end(), body_end, name, f"after the data block of the section '{well_formed['id']}'"
        )
        found.append(_Section(well_formed["id"], well_formed["title"], statement.strip(), start, data))
    return found


def _refuse_stray(text: str, start: int, end: int, name: str, where: str) -> None:
    if stray := text[start:end].strip():
        raise ExplainedError(
            f"{name}, line {_line(text, text.index(stray, start))}: there is text {where}, where it would be lost. Nothing was changed. "
            "Move it into a section, between its title and its data block."
        )


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
