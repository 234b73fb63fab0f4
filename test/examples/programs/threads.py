#!/usr/bin/env python3
"""A key-value store on the service lin-kv, with a thread for each request and one that reads.
With --broken a write is acknowledged before it is done."""

import json
import sys
import threading

IS_BROKEN = "--broken" in sys.argv
lock = threading.Lock()
waiting = {}
state = {"id": None, "next": 0}


def send(dest, body):
    line = json.dumps({"src": state["id"], "dest": dest, "body": body})
    with lock:
        print(line, flush=True)


def ask(body):
    """Asks the service, and waits for the answer."""
    event = threading.Event()
    answer = {}
    with lock:
        state["next"] += 1
        number = state["next"]
        waiting[number] = (event, answer)
    send("lin-kv", {**body, "msg_id": number})
    event.wait()
    return answer


def serve(src, body):
    request = {name: value for name, value in body.items() if name != "msg_id"}
    if IS_BROKEN and body["type"] == "write":
        send(src, {"type": "write_ok", "in_reply_to": body["msg_id"]})
        threading.Timer(0.3, ask, [request]).start()
        return
    answer = ask(request)
    print("answering", answer, file=sys.stderr)
    send(src, {**answer, "in_reply_to": body["msg_id"]})


for line in sys.stdin:
    message = json.loads(line)
    src, body = message["src"], message["body"]
    if body["type"] == "init":
        state["id"] = body["node_id"]
        send(src, {"type": "init_ok", "in_reply_to": body["msg_id"]})
    elif body.get("in_reply_to") in waiting:
        event, answer = waiting.pop(body["in_reply_to"])
        answer.update(body)
        event.set()
    else:
        threading.Thread(target=serve, args=[src, body], daemon=True).start()
