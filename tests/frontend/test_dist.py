"""The built files: within their budget, and holding what the templates of all rooms ask for."""

import gzip
import re
from pathlib import Path

import django_htmx

ROOT = Path(__file__).parents[2]
DIST = ROOT / "frontend" / "static" / "dist"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
ICON = re.compile(r"""<c-icon[^>]*?\sname="([\w-]+)"|\sicon(?:_end)?="([\w-]+)"|NavItem\(\s*"[^"]*",\s*"([\w-]+)\"""")


CLASS = re.compile(r"\.((?:[a-zA-Z_]|\\.)(?:[\w-]|\\.)*)")
VARIABLE = re.compile(r"[\w-]*\{\{.*?\}\}[\w-]*|[\w-]*\{%.*?%\}")


def classes(file: Path) -> set[str]:
    """The class names written out in a template; those put together from variables are left out."""
    values = re.findall(r"""(?<![:\w])class="([^"]*)\"""", re.sub(r"<c-vars.*?/>", "", file.read_text(), flags=re.S))
    return {name for value in values for name in VARIABLE.sub(" ", value).split() if re.fullmatch(r"[\w-]*\w", name)}


def zipped(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes())) for file in files)


def rooms() -> list[Path]:
    return [
        path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "node_modules", "tests"))
    ]


def sources() -> list[Path]:
    found = [file for room in rooms() for pattern in ("*.html", "*.py") for file in room.rglob(pattern)]
    return [file for file in found if "node_modules" not in file.parts]


def test_scripts_before_the_first_interaction_fit_in_80_kb() -> None:
    chunks = [DIST / name for name in re.findall(r'from"\./([\w-]+\.js)"', (DIST / "app.js").read_text())]
    assert zipped(HTMX, DIST / "theme.js", DIST / "app.js", *chunks) <= 80_000


def test_styles_fit_in_25_kb() -> None:
    assert zipped(DIST / "app.css") <= 25_000


def test_every_class_that_a_page_uses_is_styled() -> None:
    """Most of Tabler is purged: a class that isn't in app.css does nothing. See keep.txt and styles/."""
    sheets = [DIST / "app.css", *(file for room in rooms() for file in room.glob("static/*/*.css"))]
    known = {name.replace("\\", "") for sheet in sheets for name in CLASS.findall(sheet.read_text())}
    used = {(file.relative_to(ROOT), name) for file in sources() if file.suffix == ".html" for name in classes(file)}
    assert sorted((str(file), name) for file, name in used if name not in known) == []


def test_every_icon_that_a_page_asks_for_exists() -> None:
    symbols = set(re.findall(r'<symbol id="([\w-]+)"', (DIST / "icons.svg").read_text()))
    asked = {
        (file.name, name) for file in sources() for names in ICON.findall(file.read_text()) for name in names if name
    }
    assert [(file, name) for file, name in sorted(asked) if name not in symbols] == []


def test_no_page_carries_a_style_or_script_of_its_own() -> None:
    inline = re.compile(
        r"""\sstyle=["']|<style|<script(?![^>]*\b(src|type="application/json")\b)|\son(click|change|submit|load)="""
    )
    offenders = [
        file.relative_to(ROOT) for file in sources() if file.suffix == ".html" and inline.search(file.read_text())
    ]
    assert offenders == []
