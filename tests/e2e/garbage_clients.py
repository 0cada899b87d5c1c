#!/usr/bin/env python3
"""Clients that do not keep to the protocols: garbage_clients.py PORT garbage|slow."""
import os
import socket
import ssl
import struct
import sys
import time

port = int(sys.argv[1])
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
TIMEOUT_S = 30
failures = 0


def connect(protocol=None):
    """A TCP connection, with TLS on it if the protocol is named (as in ALPN)."""
    plain = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
    if not protocol:
        return plain
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    return context.wrap_socket(plain)


def exchange(data, protocol=None):
    """Sends, and returns all that comes until the server closes; None when it does not close in time."""
    answer = b""
    with connect(protocol) as client:
        try:
            client.sendall(data)
            while part := client.recv(65536):
                answer += part
        except socket.timeout:
            return None
        except OSError:  # a reset is an end too
            pass
    return answer


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def expect(what, passed, answer=b""):
    global failures
    print("ok     " if passed else "FAILED ", what, b"" if passed else answer)
    failures += not passed


def garbage_below_http():
    expect("random bytes", exchange(os.urandom(100000)) is not None)
    expect("a TLS record of random bytes", exchange(b"\x16\x03\x01\x40\x00" + os.urandom(0x4000)) is not None)
    expect("plain HTTP for TLS", exchange(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") is not None)
    with connect():
        pass  # and nothing at all


def garbage_http1():
    def refused(what, data, *statuses):
        answer = exchange(data, "http/1.1")
        good = answer is not None and (not answer or any(answer.startswith(b"HTTP/1.1 %d" % s) for s in statuses))
        expect(what, good and (answer or not statuses), answer)

    head = b"POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\n"
    refused("no HTTP", b"\x00\x01\x02 garbage\r\n\r\n", 400)
    refused("no such version", b"GET / HTTP/7.7\r\nHost: x\r\n\r\n", 400, 505)
    refused("a header without a colon", b"GET / HTTP/1.1\r\nHost x\r\n\r\n", 400)
    refused("a zero in a header", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400)
    refused("an endless header", b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 2000000, 431)
    refused("endless headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: x\r\n" * 300000, 431)
    refused("two lengths", head + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400)
    refused("a length and chunks", head + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)
    refused("a negative length", head + b"Content-Length: -1\r\n\r\n", 400)
    refused("a huge length", head + b"Content-Length: 99999999999999999999\r\n\r\n", 400, 413)
    refused("a bad chunk", head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400)
    refused("a huge chunk", head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400, 413)


def garbage_http2():
    def ends(what, data):
        # That it ends is what counts: its GOAWAY may be lost when it closes before it has read everything.
        expect(what, exchange(PREFACE + data, "h2") is not None)

    settings = frame(4, 0, 0, b"")
    get = bytes([0x82, 0x84, 0x87, 0x41, 0x01]) + b"x"  # GET, /, https, :authority x
    expect("no preface", exchange(b"GET / HTTP/1.1\r\n\r\n" + os.urandom(1000), "h2") is not None)
    ends("random bytes", settings + b"\xff" * 5000)
    ends("a frame that is too large", settings + frame(0, 0, 1, b"x" * 100000))
    ends("data of no stream", settings + frame(0, 0, 1, b"x"))
    ends("a stream number that clients may not use", settings + frame(1, 5, 2, get))
    ends("broken header compression", settings + frame(1, 5, 1, b"\xff" * 100))
    ends("a window that overflows", settings + frame(8, 0, 0, struct.pack(">I", 0x7FFFFFFF)))
    ends("settings of a wrong size", frame(4, 0, 0, b"abc"))
    ends("endless continuations", settings + frame(1, 1, 1, get) + frame(9, 0, 1, b"") * 5000)
    requests = b"".join(frame(1, 5, n, get) + frame(3, 0, n, struct.pack(">I", 8)) for n in range(1, 60001, 2))
    ends("requests that are reset at once, again and again", settings + requests)
    ends("a flood of settings", settings * 20000 + b"\xff" * 100)
    ends("a flood of pings", settings + frame(6, 0, 0, b"12345678") * 20000 + b"\xff" * 100)


def slow():
    """Many connections that begin something and never end it: all must be cut off, and nobody else may suffer."""
    beginnings = [
        (None, b"\x16\x03\x01\x02"),
        ("http/1.1", b""),
        ("http/1.1", b"GET / HTTP/1.1\r\nHost"),
        ("http/1.1", b"POST /version HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{"),
        ("h2", PREFACE + frame(4, 0, 0, b"") + frame(1, 0, 1, b"")),
    ]
    clients = [(data, connect(protocol)) for protocol, data in beginnings * 10]
    for data, client in clients:
        client.sendall(data[:-1] if data else b"")
    for data, client in clients:
        try:
            client.sendall(data[-1:])
        except OSError:
            pass
    deadline = time.monotonic() + 55
    open_clients = [client for _, client in clients]
    while open_clients and time.monotonic() < deadline:
        client = open_clients[0]
        client.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            if not client.recv(65536):
                open_clients.pop(0).close()
        except socket.timeout:
            pass
        except OSError:
            open_clients.pop(0).close()
    print(f"{len(open_clients)} were not cut off" if open_clients else "all were cut off")
    return bool(open_clients)


if sys.argv[2] == "slow":
    sys.exit(slow())
garbage_below_http()
garbage_http1()
garbage_http2()
sys.exit(failures > 0)
