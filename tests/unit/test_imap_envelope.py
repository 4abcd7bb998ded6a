"""What an envelope was, read from the fields a mailbox's server has left of it."""

from __future__ import annotations

import time

import pytest

from gateway.arrive.imap_envelope import Traces, fields_wanted, traces

HEAD = (
    b"Delivered-To: acme+r.token@ws.example.org\r\nReturn-Path: <ana@example.net>\r\n"
    b'From: "Ana, of acme@ws.example.org" <ana@example.org>\r\nTo: Acme\r\n <acme@ws.example.org>,\r\n'
    b"\tben@example.net\r\nCC: acme+design@ws.example.org (the channel)\r\n\r\n"
)


def test_the_fields_tell_who_sent_it_and_to_whom() -> None:
    assert traces(HEAD, "delivered-to") == Traces(
        reverse_path="ana@example.net",
        delivered_to=("acme+r.token@ws.example.org",),
        visible=("acme@ws.example.org", "ben@example.net", "acme+design@ws.example.org"),
    )


def test_a_field_counts_as_the_envelope_only_where_it_is_named() -> None:
    assert traces(HEAD, "").delivered_to == ()
    assert traces(HEAD, "X-Original-To").delivered_to == ()


def test_only_the_topmost_of_several_is_believed() -> None:
    forged = b"X-Original-To: box@example.net\r\nX-Original-To: acme@ws.example.org\r\n\r\n"
    assert traces(forged, "X-Original-To").delivered_to == ("box@example.net",)


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"Return-Path: <>\r\nFrom: ana@example.net\r\n\r\n", ""),
        (b"Return-Path: ana@example.net\r\n\r\n", "ana@example.net"),
        (b"From: ana@example.net (Ana)\r\n\r\n", "ana@example.net"),
        (b'From: "a@b.example" <ana@example.net>\r\n\r\n', "ana@example.net"),
        (b"Subject: nobody\r\n\r\n", ""),
        (b"", ""),
    ],
)
def test_the_reverse_path_is_the_servers_word_and_else_the_author(head: bytes, sender: str) -> None:
    assert traces(head, "").reverse_path == sender


def test_the_fields_asked_for_are_those_looked_at() -> None:
    assert fields_wanted("Envelope-To") == ("Envelope-To", "Return-Path", "From", "To", "Cc")
    assert fields_wanted("To") == ("To", "Return-Path", "From", "Cc")


@pytest.mark.parametrize(
    "head", [b"To: " + b"(" * 200_000, b"To: " + b"a@b," * 50_000, b"To: " + b"@" * 200_000, b"To: " + b"x" * 500_000]
)
def test_a_hostile_field_costs_little(head: bytes) -> None:
    started = time.process_time()
    assert len(traces(head + b"\r\n\r\n", "To").visible) <= 200
    assert time.process_time() - started < 1.0
