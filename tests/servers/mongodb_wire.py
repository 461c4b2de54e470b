"""MongoDB's wire protocol for tests: BSON and OP_MSG, with the standard library alone.

Written from the BSON 1.1 specification (https://bsonspec.org/spec.html) and MongoDB's description of its
wire protocol. Python's int becomes int32 where it fits and int64 elsewhere; Int64 asks for int64.
"""

import collections
import datetime
import os
import socket
import struct

OP_REPLY = 1
OP_QUERY = 2004
OP_MSG = 2013
MORE_TO_COME = 2

Binary = collections.namedtuple("Binary", "subtype data")
Timestamp = collections.namedtuple("Timestamp", "seconds increment")
Raw = collections.namedtuple("Raw", "type data")  # a value of another BSON type, as its bytes


class Int64(int):
    """An integer that is sent with 64 bits whatever its value."""


class ObjectId(bytes):
    """Twelve bytes."""

    def __new__(cls, value=None):
        data = os.urandom(12) if value is None else bytes.fromhex(value) if isinstance(value, str) else value
        if len(data) != 12:
            raise ValueError(f"an ObjectId has 12 bytes, not {len(data)}")
        return super().__new__(cls, data)


def cstring(text):
    return text.encode() + b"\0"


def string(text):
    data = cstring(text)
    return struct.pack("<i", len(data)) + data


def encode_value(value):
    """The BSON type and the bytes of a value."""
    if value is None:
        return 0x0A, b""
    if isinstance(value, bool):
        return 0x08, bytes([value])
    if isinstance(value, Int64) or (isinstance(value, int) and not -(2**31) <= value < 2**31):
        return 0x12, struct.pack("<q", value)
    if isinstance(value, int):
        return 0x10, struct.pack("<i", value)
    if isinstance(value, float):
        return 0x01, struct.pack("<d", value)
    if isinstance(value, str):
        return 0x02, string(value)
    if isinstance(value, dict):
        return 0x03, encode(value)
    if isinstance(value, ObjectId):
        return 0x07, bytes(value)
    if isinstance(value, bytes):
        return encode_value(Binary(0, value))
    if isinstance(value, Binary):
        return 0x05, struct.pack("<iB", len(value.data), value.subtype) + value.data
    if isinstance(value, Timestamp):
        return 0x11, struct.pack("<II", value.increment, value.seconds)
    if isinstance(value, Raw):
        return value.type, value.data
    if isinstance(value, datetime.datetime):
        return 0x09, struct.pack("<q", round(value.timestamp() * 1000))
    if isinstance(value, (list, tuple)):
        return 0x04, encode({str(index): element for index, element in enumerate(value)})
    raise TypeError(f"no BSON type for {type(value).__name__}")


def encode(document):
    parts = []
    for key, value in document.items():
        kind, data = encode_value(value)
        parts += [bytes([kind]), cstring(key), data]
    body = b"".join(parts)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def decode_cstring(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 1


def decode_value(kind, data, at):
    """The value at `at` and where the next one begins."""
    if kind == 0x01:
        return struct.unpack_from("<d", data, at)[0], at + 8
    if kind == 0x02:
        length = struct.unpack_from("<i", data, at)[0]
        return data[at + 4:at + 3 + length].decode(), at + 4 + length
    if kind in (0x03, 0x04):
        length = struct.unpack_from("<i", data, at)[0]
        value = decode(data[at:at + length])
        return (value if kind == 0x03 else list(value.values())), at + length
    if kind == 0x05:
        length, subtype = struct.unpack_from("<iB", data, at)
        return Binary(subtype, data[at + 5:at + 5 + length]), at + 5 + length
    if kind == 0x07:
        return ObjectId(data[at:at + 12]), at + 12
    if kind == 0x08:
        return data[at] == 1, at + 1
    if kind == 0x09:
        milliseconds = struct.unpack_from("<q", data, at)[0]
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return epoch + datetime.timedelta(milliseconds=milliseconds), at + 8
    if kind in (0x0A, 0xFF, 0x7F):
        return (None if kind == 0x0A else Raw(kind, b"")), at
    if kind == 0x0B:
        end = decode_cstring(data, decode_cstring(data, at)[1])[1]
        return Raw(kind, data[at:end]), end
    if kind == 0x10:
        return struct.unpack_from("<i", data, at)[0], at + 4
    if kind == 0x11:
        increment, seconds = struct.unpack_from("<II", data, at)
        return Timestamp(seconds, increment), at + 8
    if kind == 0x12:
        return Int64(struct.unpack_from("<q", data, at)[0]), at + 8
    if kind == 0x13:
        return Raw(kind, data[at:at + 16]), at + 16
    raise ValueError(f"BSON type 0x{kind:02x} is not decoded here")


def decode(data):
    end = struct.unpack_from("<i", data)[0] - 1
    document = {}
    at = 4
    while at < end:
        kind = data[at]
        key, at = decode_cstring(data, at + 1)
        document[key], at = decode_value(kind, data, at)
    return document


def receive_exactly(connection, size):
    data = bytearray()
    while len(data) < size:
        part = connection.recv(min(size - len(data), 1 << 20))
        if not part:
            raise ConnectionError("the peer closed the connection")
        data += part
    return bytes(data)


class Message:
    """One request: the command's document, with document sequences joined in as arrays."""

    def __init__(self, request_id, opcode, document, more_to_come=False):
        self.request_id = request_id
        self.opcode = opcode
        self.document = document
        self.more_to_come = more_to_come

    @property
    def command(self):
        return next(iter(self.document))


def receive(connection):
    """The next Message; ConnectionError when the peer is gone."""
    length, request_id, _, opcode = struct.unpack("<iiii", receive_exactly(connection, 16))
    body = receive_exactly(connection, length - 16)
    if opcode == OP_QUERY:
        _, at = decode_cstring(body, 4)
        return Message(request_id, opcode, decode(body[at + 8:]))
    if opcode != OP_MSG:
        raise ValueError(f"opcode {opcode} is not understood here")
    flags = struct.unpack_from("<I", body)[0]
    end = len(body) - (4 if flags & 1 else 0)
    at, document = 4, {}
    sequences = {}
    while at < end:
        kind = body[at]
        size = struct.unpack_from("<i", body, at + 1)[0]
        section = body[at + 1:at + 1 + size]
        if kind == 0:
            document = decode(section)
        else:
            name, inner = decode_cstring(section, 4)
            sequences[name] = []
            while inner < size:
                length = struct.unpack_from("<i", section, inner)[0]
                sequences[name].append(decode(section[inner:inner + length]))
                inner += length
        at += 1 + size
    document.update(sequences)
    return Message(request_id, opcode, document, bool(flags & MORE_TO_COME))


def reply_bytes(message, document):
    """The reply to a message: a dictionary, or the bytes of a BSON document."""
    data = document if isinstance(document, bytes) else encode(document)
    if message.opcode == OP_QUERY:
        body = struct.pack("<iqii", 8, 0, 0, 1) + data
        opcode = OP_REPLY
    else:
        body = struct.pack("<IB", 0, 0) + data
        opcode = OP_MSG
    return struct.pack("<iiii", 16 + len(body), 1, message.request_id, opcode) + body


def run_command(address, document, database="admin", timeout=5):
    """Sends one command to (host, port) and returns the reply's document."""
    body = struct.pack("<IB", 0, 0) + encode({**document, "$db": database})
    with socket.create_connection(address, timeout) as connection:
        connection.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, OP_MSG) + body)
        return receive(connection).document
