"""A small app that holds tables in memory, as a tool for an office would.

Each visitor has a session; each session keeps the table it loaded. A search makes a working copy
for a while and gives it back. Two visitors with a large table each are more than a small plan holds.
"""

import gc
import os
import time

import numpy as np
import pandas as pd
import streamlit as st

MEGABYTE = 1_000_000
COLUMNS = 10


def load_table(megabytes: int) -> pd.DataFrame:
    """Makes a table of the given size out of nothing, every page of it touched.

    One random block is repeated: a small share of a CPU would need half a minute for fresh numbers.
    """
    block = np.random.default_rng(7).random((1000, COLUMNS))
    rows = megabytes * MEGABYTE // (COLUMNS * 8)
    numbers = np.empty((rows, COLUMNS))
    for start in range(0, rows, len(block)):
        numbers[start : start + len(block)] = block[: rows - start]
    return pd.DataFrame(numbers, columns=[f"quarter {n + 1}" for n in range(COLUMNS)], copy=False)


def search(table: pd.DataFrame, seconds: float) -> int:
    """Counts the rows above the average, in a working copy that is gone afterwards."""
    working_copy = table.copy()
    found = int((working_copy > working_copy.mean()).all(axis=1).sum())
    time.sleep(seconds)
    del working_copy
    gc.collect()
    return found


def resident_megabytes() -> int:
    """What the kernel says this process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // MEGABYTE


def main() -> None:
    st.set_page_config(page_title="Tables", page_icon="📊")
    st.title("Tables")
    size = st.number_input("Size in MB", min_value=1, max_value=4000, value=20, key="size")
    load, find, drop = st.columns(3)

    if load.button("Load table", key="load"):
        st.session_state.table = load_table(int(size))
    if drop.button("Drop table", key="drop"):
        st.session_state.pop("table", None)
        gc.collect()

    table = st.session_state.get("table")
    if find.button("Search", key="search", disabled=table is None) and table is not None:
        st.success(f"{search(table, 1.0)} rows found")

    if table is None:
        st.info("No table loaded")
    else:
        held = table.memory_usage(index=True).sum() // MEGABYTE
        st.info(f"Holding {held} MB in {len(table)} rows")
        st.line_chart(table.head(40)[["quarter 1", "quarter 2"]])
        st.dataframe(table.head(100))
    st.caption(f"This process holds {resident_megabytes()} MB")


main()
