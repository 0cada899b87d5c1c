#!/usr/bin/env python3
"""A DNS server outside of the cluster (RFC 1035): answers A questions for one name, over UDP, until it is ended.

usage: dns_server.py LISTEN-ADDRESS NAME ANSWER-ADDRESS
"""
import socket
import struct
import sys

NAME_ERROR = 3
RECURSION_AVAILABLE, RESPONSE = 0x0080, 0x8000


def question(message):
    """The name, the type, and where the question ends."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels), struct.unpack_from("!H", message, at + 1)[0], at + 5


def answer(message, known, address):
    identifier, flags = struct.unpack_from("!HH", message)
    name, kind, end = question(message)
    found = name.lower() == known
    flags |= RESPONSE | RECURSION_AVAILABLE | (0 if found else NAME_ERROR)
    records = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(address) if found and kind == 1 else b""
    return struct.pack("!6H", identifier, flags, 1, 1 if records else 0, 0, 0) + message[12:end] + records


def main():
    listen, known, address = sys.argv[1:]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((listen, 53))
    print("ready", flush=True)
    while True:
        message, peer = server.recvfrom(4096)
        try:
            server.sendto(answer(message, known, address), peer)
        except (IndexError, struct.error, UnicodeDecodeError):
            pass  # not a question


main()
