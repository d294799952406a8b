"""An app with one of everything that a user of emu may touch. Runs on every version since 1.28."""

import datetime
import os
import time

import streamlit as st

st.title("Orders")
st.session_state.setdefault("runs", 0)
st.session_state["runs"] += 1
st.write(f"run {st.session_state['runs']}")

if st.button("Load"):
    st.session_state["rows"] = list(range(100))
st.write(f"{len(st.session_state.get('rows', []))} rows")

st.write("name", st.text_input("Name"))
st.write("notes", st.text_area("Notes"))
st.write("count", st.number_input("Count", min_value=0, max_value=500, value=5))
st.write("size", st.slider("Size", 0, 100, 10))
st.write("colour", st.selectbox("Colour", ["red", "green", "blue"]))
st.write("side", st.radio("Side", ["left", "right"]))
st.write("tags", ", ".join(st.multiselect("Tags", ["new", "paid", "sent"])))
st.write("grade", st.select_slider("Grade", ["poor", "fair", "good"]))
st.write("agreed", str(st.checkbox("Agree")))
st.write("day", str(st.date_input("Day", datetime.date(2024, 1, 1))))
st.write("hour", str(st.time_input("Hour", datetime.time(8, 0))))
st.button("Off", disabled=True)

with st.form("order"):
    customer = st.text_input("Customer")
    amount = st.number_input("Amount", value=1)
    if st.form_submit_button("Send"):
        st.success(f"{customer} ordered {amount}")

file = st.file_uploader("Orders file")
if file is not None:
    st.write(f"{file.name} holds {len(file.getvalue())} bytes")

if st.button("Raise"):
    raise ValueError("no such order")
# Before 1.29 the press outlives the rerun.
if st.button("Again") and "again" not in st.session_state:
    st.session_state["again"] = True
    st.rerun()
st.write("came again" if st.session_state.get("again") else "never again")
if st.button("Die"):
    os._exit(3)
if st.button("Hang"):
    time.sleep(600)

if hasattr(st, "fragment"):

    @st.fragment
    def part():
        st.session_state.setdefault("parts", 0)
        if st.button("Part"):
            st.session_state["parts"] += 1
        st.write(f"{st.session_state['parts']} parts, in run {st.session_state['runs']}")

    part()

said = st.chat_input("Ask something")
if said:
    st.write(f"you said {said}")
