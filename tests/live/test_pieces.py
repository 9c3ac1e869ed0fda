"""What is made once for all: text and its bytes."""

import json

from runs.live.pieces import SharedText, frame_of


def test_it_is_encoded_once():
    text = SharedText.of({"text": "zwö"})
    assert text == '{"text":"zwö"}'
    assert text.encoded is text.encoded == text.encode()


def test_half_of_a_surrogate_pair_is_escaped():
    """The name of a file that is no UTF-8 has them."""
    frame = {"name": "a\udcff"}
    assert json.loads(SharedText.of(frame).encoded) == frame


def test_an_event_is_one_line_of_data_whatever_is_in_it():
    frame = frame_of("log", 3, 9, text="a\nb\r\n\n")
    head, data, *end = frame.as_event.decode().rsplit("\n", 3)
    assert head == "event: log\nid: 9"
    assert json.loads(data.removeprefix("data: "))["text"] == "a\nb\r\n\n"
    assert end == ["", ""]
