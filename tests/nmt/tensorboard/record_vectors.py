#!/usr/bin/env python3
"""Prints the bytes, as hexadecimal, that the tests in this folder expect.

    pip install tensorboard==2.21.0
    record_vectors.py
"""

import io

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.summary.writer.record_writer import RecordWriter


def scalars():
    return Summary(
        value=[
            Summary.Value(tag="train/loss", simple_value=5.25),
            Summary.Value(tag="train/nll", simple_value=float("inf")),
        ]
    )


def text():
    tensor = TensorProto(
        dtype=DT_STRING,
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        string_val=["größer".encode()],
    )
    plugin = SummaryMetadata.PluginData(plugin_name="text")
    metadata = SummaryMetadata(plugin_data=plugin, data_class=DATA_CLASS_TENSOR)
    return Summary(value=[Summary.Value(tag="events/collapse", tensor=tensor, metadata=metadata)])


def record(data):
    file = io.BytesIO()
    RecordWriter(file).write(data)
    return file.getvalue()


def main():
    messages = {
        "version": Event(wall_time=1234.5, file_version="brain.Event:2"),
        "session": Event(wall_time=1234.5, step=7, session_log=SessionLog(status=SessionLog.START)),
        "negative step": Event(wall_time=-0.1, step=-1),
        "large step": Event(wall_time=1234.5, step=2**40),
        "scalars": scalars(),
        "text": text(),
    }
    for name, message in messages.items():
        print(f"{name}: {message.SerializeToString().hex()}")
    print(f"frame of 'deepnmt': {record(b'deepnmt').hex()}")
    print(f"frame of nothing: {record(b'').hex()}")


if __name__ == "__main__":
    main()
