"""A TCP proxy in front of a MongoDB server that fails where a test asks: the server does its work, the
client does not hear of it.
"""

import socket
import socketserver
import struct
import threading

import mongodb_wire


class FaultProxy:
    """A context manager. `target` is the server's (host, port).

    lose_reply(command, times) forwards the next `times` requests with that command, waits for the server's
    reply, and closes the client's connection instead of passing it on: the write is committed, the client
    cannot know. fail_after(command, count) passes `count` more replies to that command and then closes every
    connection and stops listening, as a server that is stopped. interrupt() closes every connection, old or new,
    until resume().
    """

    def __init__(self, target):
        self.target = target
        self.lost = 0
        self._lock = threading.Lock()
        self._lose = {}
        self._fail = {}
        self._connections = set()
        self._down = False
        self._interrupted = False
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                owner._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            block_on_close = False
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._close_all()

    @property
    def uri(self):
        return f"mongodb://127.0.0.1:{self.port}"

    @property
    def down(self):
        return self._down

    def lose_reply(self, command, times=1):
        with self._lock:
            self._lose[command.lower()] = times

    def fail_after(self, command, count):
        with self._lock:
            self._fail[command.lower()] = count

    def interrupt(self):
        self._interrupted = True
        self._close_all()

    def resume(self):
        self._interrupted = False

    def _close_all(self):
        with self._lock:
            connections, self._connections = self._connections, set()
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # its peer was faster

    def _serve(self, client):
        if self._down or self._interrupted:
            return
        try:
            with socket.create_connection(self.target) as server:
                with self._lock:
                    self._connections |= {client, server}
                while self._relay(client, server):
                    pass
        except (ConnectionError, OSError):
            return

    def _relay(self, client, server):
        """One request and its reply; False when the connection ends here."""
        request = receive_raw(client)
        command, expects_reply = command_of(request)
        server.sendall(request)
        if not expects_reply:
            return True
        reply = receive_raw(server)
        with self._lock:
            if self._lose.get(command, 0) > 0:
                self._lose[command] -= 1
                self.lost += 1
                return False
            remaining = self._fail.get(command)
            if remaining is not None:
                self._fail[command] = remaining - 1
                self._down = self._down or remaining <= 0
        if self._down:
            self._server.socket.close()
            self._close_all()
            return False
        client.sendall(reply)
        return True


def receive_raw(connection):
    header = mongodb_wire.receive_exactly(connection, 4)
    return header + mongodb_wire.receive_exactly(connection, struct.unpack("<i", header)[0] - 4)


def command_of(request):
    """The command's name in lower case, and whether the server is to answer."""
    opcode = struct.unpack_from("<i", request, 12)[0]
    if opcode != mongodb_wire.OP_MSG:
        return "", True
    flags = struct.unpack_from("<I", request, 16)[0]
    at = 20
    while request[at] != 0:  # to the section that holds the command
        at += 1 + struct.unpack_from("<i", request, at + 1)[0]
    name, _ = mongodb_wire.decode_cstring(request, at + 6)
    return name.lower(), not flags & mongodb_wire.MORE_TO_COME
