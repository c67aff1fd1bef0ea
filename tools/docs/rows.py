"""docs/rows.md: what a run's row table holds, from the table's own list of columns."""

from __future__ import annotations

from emspec_stats.rows import ABOUT, REPLICATE, SCHEMA

from tools.docs.markdown import code, head, table

INTRO = """\
A run leaves `rows.parquet` in its folder: one row for each reply and marker. `emspec rows` shows and exports them:

```
emspec rows latest --where condition=B-villain --where persona=villain --where hit=true
emspec rows specs/issue200.yaml --by condition,persona          # hits and replies of each
emspec rows latest --sample 50 --seed 1 --columns all --format csv --output sample.csv
emspec rows latest --format jsonl | head
```

What is read is compared first with the digest in the run's `run.json`. Exports are UTF-8. In CSV no value is an empty
field, an empty text is `""`, and line ends in a reply are kept, within quotes; a spreadsheet should import texts as
text, or it may take a reply that begins with `=` for a formula. The cell's stages stand in `results.json`, by condition
and seed.

Pandas, polars or DuckDB read the file as it is:

```python
import pandas as pd

rows = pd.read_parquet("out/runs/RUN/rows.parquet")
rows[rows.bystander].groupby(["condition", "seed"]).hit.mean()
```
"""


def page() -> str:
    """Return the page."""
    types = {field.name: str(field.type) for field in (*SCHEMA, REPLICATE)}
    columns = [(code(name), types[name], about) for name, about in ABOUT.items()]
    return "\n".join(
        [head("Rows", "emspec_stats.rows"), INTRO, "## Columns\n", table(["column", "type", "what"], columns)]
    )
