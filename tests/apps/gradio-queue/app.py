import os

import gradio as gr


def shout(text, times):
    return text.upper() * int(times)


def fail(_):
    raise gr.Error("no tea today")


def count(number, state):
    state += int(number)
    return f"counted {state}", state


with gr.Blocks() as app:
    text, times, out = gr.Textbox(), gr.Number(), gr.Textbox()
    counted = gr.State(0)
    gr.Button("Shout").click(shout, [text, times], out, api_name="shout")
    gr.Button("Fail").click(fail, [text], out, api_name="fail")
    gr.Button("Count").click(count, [times, counted], [out, counted], api_name="count")

app.launch(server_name="0.0.0.0", server_port=int(os.environ["PORT"]))
