"""A server that misbehaves: the real one, with somebody in between."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from tests.mailservers.clients import HOST

Piece = Callable[[bytes], bytes]


class Hang(Exception):
    """Say nothing more, and keep the connection."""


class Drop(Exception):
    """Close it."""


class Meddler:
    """Passes on what is said; MEDDLE sees what the server says, and may change it."""

    def __init__(self, port: int, meddle: Callable[["Meddler"], Piece]) -> None:
        self._behind, self._meddle = port, meddle
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self.connections = self.faults = 0
        self._clients: set[socket.socket] = set()
        self._sockets: list[socket.socket] = []
        self._threads = [Thread(target=self._serve)]
        self._threads[0].start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self._sockets.append(client)
                self._clients.add(client)
                self.connections += 1
                server = socket.create_connection((HOST, self._behind))
                self._sockets.append(server)
                said = self._meddle(self)
                for args in ((server, client, said), (client, server, bytes)):
                    self._threads.append(Thread(target=self._pump, args=args))
                    self._threads[-1].start()

    @property
    def is_left(self) -> bool:
        """Nobody is connected any more."""
        return not self._clients

    def _pump(self, source: socket.socket, target: socket.socket, change: Piece) -> None:
        with suppress(OSError):
            try:
                self._pass_on(source, target, change)
            except Hang:
                self.faults += 1
                return
            except Drop:
                self.faults += 1
            for each in (source, target):
                each.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, source: socket.socket, target: socket.socket, change: Piece) -> None:
        try:
            while data := source.recv(4096):
                target.sendall(change(data))
        finally:
            # Also one that was torn down; what comes from the server is none of these.
            self._clients.discard(source)

    def close(self) -> None:
        """Nothing is accepted any more; then whatever is open ends."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._listener, *self._sockets):
            each.close()


@contextmanager
def meddled(port: int, meddle: Callable[[Meddler], Piece]) -> Iterator[Meddler]:
    meddler = Meddler(port, meddle)
    try:
        yield meddler
    finally:
        meddler.close()


def after(size: int, fault: type[Exception], *, times: int) -> Callable[[Meddler], Piece]:
    """The fault comes when so much was said on a connection, so many times."""
    left = [times]

    def connection(_meddler: Meddler) -> Piece:
        said = [0]

        def piece(data: bytes) -> bytes:
            said[0] += len(data)
            if said[0] > size and left[0]:
                left[0] -= 1
                raise fault
            return data

        return piece

    return connection


def lies(_meddler: Meddler) -> Piece:
    """Every message has seven bytes."""
    return lambda data: re.sub(rb"RFC822\.SIZE [0-9]+", b"RFC822.SIZE 7", data)


def says(greeting: bytes, *, from_connection: int = 1) -> Callable[[Meddler], Piece]:
    """It greets in that way, from one of its connections on."""

    def connection(meddler: Meddler) -> Piece:
        replaced = meddler.connections >= from_connection
        return lambda data: greeting if replaced else data

    return connection
