#!/usr/bin/env python3
"""Every text has its German translation, with the placeholders of the source: what lupdate finds now is what the .ts files
hold, complete. Writes nothing into the tree."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[3]
PLACEHOLDER = re.compile(r"%(?:L?\d+|n)")


def placeholders(text):
    return sorted(set(PLACEHOLDER.findall(text or "")))


def problems(file, plurals_only):
    for context in ET.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            where = f"{file.name}: {context.findtext('name')}: {message.findtext('source')!r}"
            source, translation = message.findtext("source"), message.find("translation")
            if translation.get("type"):
                yield f"{where} is {translation.get('type')}"
                continue
            forms = [form.text for form in translation] if message.get("numerus") == "yes" else [translation.text]
            for form in forms:
                if not (form or "").strip():
                    yield f"{where} is empty"
                # A form for one thing may do without its number.
                elif set(placeholders(form)) - {"%n"} != set(placeholders(source)) - {"%n"}:
                    yield f"{where} has other placeholders: {form!r}"
            if message.get("numerus") == "yes" and len(forms) != 2:
                yield f"{where} has {len(forms)} plural forms instead of two"
            if plurals_only and message.get("numerus") != "yes":
                yield f"{where} is no plural"


def main():
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for file in (ROOT / "translations").glob("*.ts"):
            shutil.copy(file, folder)
        subprocess.run([ROOT / "translations/update.sh", folder], check=True, stderr=subprocess.DEVNULL)
        for name in ("coracle_de.ts", "coracle_en.ts"):
            found += problems(pathlib.Path(folder) / name, name == "coracle_en.ts")
            if '<name></name>' in (pathlib.Path(folder) / name).read_text():
                found.append(f"{name}: a text without a context")
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(found)} problems")
    return 1 if found else 0


sys.exit(main())
