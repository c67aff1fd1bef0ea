"""`python -m tools.docs`: write every generated page that is not as it should be."""

from __future__ import annotations

from pathlib import Path

from tools.docs.pages import pages

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Write what changed, and name it."""
    for name, text in pages(ROOT).items():
        path = ROOT / "docs" / name
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"docs/{name}")


if __name__ == "__main__":
    main()
