"""The formats in which the findings of a check are printed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from timegate.frozen.finding import Finding, Level, Report

_GITHUB: Final[Mapping[Level, str]] = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


class Format(StrEnum):
    """The formats of a report."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    JUNIT = "junit"


def printed(report: Report, form: Format) -> str:
    """A report in a format."""
    return _FORMATS[form](report)


def as_text(report: Report) -> str:
    """The findings for people, the gravest first, with what to write."""
    lines: list[str] = []
    for one in report.findings:
        versions = f" ({', '.join(one.versions)})" if one.versions else ""
        grade = f", {one.severity.value}" if one.severity is not None else ""
        lines.append(f"{one.level.value}: {one.rule}{grade}: {one.place} {one.message}{versions}")
        if one.level is Level.NOTE and not one.reason:
            continue
        lines += [f"    at {one.at}"] if one.at else []
        lines += [f"    {line}" for line in one.remedy.splitlines() if not one.reason]
        lines += [f"    accepted: {one.reason}"] if one.reason else [f"    fingerprint {one.fingerprint}"]
    return "\n".join([*lines, _summary(report)]) + "\n"


def _summary(report: Report) -> str:
    counts = {level: sum(one.level is level for one in report.findings) for level in Level}
    names = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}
    told = ", ".join(f"{count} {names[level]}{'' if count == 1 else 's'}" for level, count in counts.items() if count)
    compared = len(report.compared)
    return f"{compared} frozen contract{'' if compared == 1 else 's'} compared: {told or 'nothing has changed'}"


def as_json(report: Report) -> str:
    """The findings for programs."""
    findings = [
        {
            "level": one.level.value,
            "rule": one.rule,
            "severity": None if one.severity is None else one.severity.value,
            "place": one.place,
            "message": one.message,
            "versions": list(one.versions),
            "remedy": one.remedy,
            "reason": one.reason,
            "at": one.at,
            "fingerprint": one.fingerprint,
        }
        for one in report.findings
    ]
    whole = {"failed": report.failed, "compared": list(report.compared), "findings": findings}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def as_github(report: Report) -> str:
    """Workflow commands of GitHub Actions, which show findings beside the lines of a pull request."""
    return "".join(f"{line}\n" for line in _commands(report))


def _commands(report: Report) -> Iterator[str]:
    for one in report.findings:
        file, _, line = one.at.rpartition(":")
        file = _in_workspace(file) if file else ""
        where = f" file={_property(file)},line={line},title=" if file else " title="
        text = f"{one.place} {one.message}" + (f"\n{one.remedy}" if one.remedy and not one.reason else "")
        yield f"::{_GITHUB[one.level]}{where}{_property(f'timegate: {one.rule}')}::{_data(text)}"


def _in_workspace(file: str) -> str:
    """A file as the pull request has it: from the root of the checkout, wherever the command runs."""
    place, root = Path(file).resolve(), os.environ.get("GITHUB_WORKSPACE")
    workspace = None if root is None else Path(root).resolve()
    if workspace is None or not place.is_relative_to(workspace):
        return file
    return place.relative_to(workspace).as_posix()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_junit(report: Report) -> str:
    """A JUnit report: a test case for each frozen contract and each finding."""
    failing = [one for one in report.findings if one.level is Level.ERROR]
    cases = len(report.compared) + len(report.findings)
    suite = ET.Element("testsuite", name="timegate check", tests=str(cases), failures=str(len(failing)))
    for version in report.compared:
        ET.SubElement(suite, "testcase", classname="timegate.frozen", name=version)
    for one in report.findings:
        case = ET.SubElement(suite, "testcase", classname=f"timegate.{one.rule}", name=_case(one))
        if one.level is Level.ERROR:
            failure = ET.SubElement(case, "failure", message=f"{one.place} {one.message}", type=one.rule)
            failure.text = "\n".join(filter(None, [one.at, one.remedy, f"fingerprint {one.fingerprint}"]))
        else:
            ET.SubElement(case, "system-out").text = f"{one.level.value}: {one.message}"
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(finding: Finding) -> str:
    return f"{finding.place} {finding.fingerprint}"


_FORMATS: Final[Mapping[Format, Callable[[Report], str]]] = {
    Format.TEXT: as_text,
    Format.JSON: as_json,
    Format.GITHUB: as_github,
    Format.JUNIT: as_junit,
}
