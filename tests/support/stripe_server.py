"""`StripeServer`: a server on this machine with the shapes of Stripe's API for what localstripe has not.

That is Checkout Sessions with their hosted page, and idempotency keys. It has refunds too, so that one server can take
a payment and send it back. The shapes are those of Stripe's published description, https://github.com/stripe/openapi.
"""

import json
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from stripe import WebhookSignature

from tests.support.local_server import LocalServer, OwnedHandler

SECRET = "whsec_of_the_tests"
KEY = "sk_test_of_the_tests"

_PAGE = """<!doctype html><html lang="en"><title>Checkout</title><h1>Pay {amount} {currency}</h1><p>{said}</p>
<form method="post"><button name="do" value="pay">Pay</button>
<button name="do" value="decline">Pay with a bad card</button></form>
<a href="{cancel}">Back</a></html>"""


class StripeServer(LocalServer):
    """Answers as Stripe does, or not at all while `answers` is clear, or with `fails`, a status, to every request.

    `webhook` is where events are sent when somebody pays; None: they are kept in `events` and no more. With
    `loses_answers`, refunds are made and their answers never arrive.
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(_Handler, port)
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []  # method and path
        self.webhook: str | None = None
        self.fails: int | None = None
        self.loses_answers = False
        self.pays_at_once = False  # the web hook of a session comes before the answer that it exists
        self.refuses_refunds = ""  # the words
        self.lock = threading.Lock()
        self.keys: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}

    def create_session(self, said: dict[str, str]) -> dict[str, Any]:
        name = f"cs_test_{uuid.uuid4().hex}"
        price = "line_items[0][price_data]"
        if not 30 * 60 <= int(said["expires_at"]) - time.time() <= 24 * 3600:
            raise Refusal(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "mode": said["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "client_reference_id": said["client_reference_id"],
            "customer_email": said["customer_email"],
            "amount_total": int(said[f"{price}[unit_amount]"]) * int(said["line_items[0][quantity]"]),
            "currency": said[f"{price}[currency]"],
            "expires_at": int(said["expires_at"]),
            "payment_intent": None,
            "success_url": said["success_url"],
            "cancel_url": said["cancel_url"],
            "url": f"{self.url}/c/pay/{name}",
        }
        if self.pays_at_once:
            self.pay(self.sessions[name])
        return self.sessions[name]

    def create_refund(self, said: dict[str, str]) -> dict[str, Any]:
        if self.refuses_refunds:
            raise Refusal(400, self.refuses_refunds)
        paid = {each["payment_intent"]: each for each in self.sessions.values() if each["payment_intent"]}
        session = paid.get(said["payment_intent"])
        if session is None:
            raise Refusal(404, f"No such payment_intent: '{said['payment_intent']}'")
        back = sum(each["amount"] for each in self.refunds.values() if each["payment_intent"] == said["payment_intent"])
        if back + int(said["amount"]) > session["amount_total"]:
            raise Refusal(400, "Refund amount is greater than unrefunded amount on charge")
        name = f"re_{uuid.uuid4().hex}"
        metadata = {key[9:-1]: value for key, value in said.items() if key.startswith("metadata[")}
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": int(said["amount"]),
            "currency": session["currency"],
            "payment_intent": said["payment_intent"],
            "metadata": metadata,
            "status": "succeeded",
            "failure_reason": None,
        }
        return self.refunds[name]

    def expire(self, name: str) -> dict[str, Any]:
        session = self.sessions[name]
        if session["status"] != "open":
            raise Refusal(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
        session["status"] = "expired"
        self.tell("checkout.session.expired", session)
        return session

    def pay(self, session: dict[str, Any]) -> None:
        """Somebody pays with a good card at the page of a session. Its web hook is sent."""
        session.update(status="complete", payment_status="paid", payment_intent=f"pi_{uuid.uuid4().hex}")
        self.tell("checkout.session.completed", session)

    def tell(self, kind: str, said: dict[str, Any]) -> dict[str, Any]:
        """Make an event and send it to the web hook. Returns the event."""
        event = {
            "id": f"evt_{uuid.uuid4().hex}",
            "object": "event",
            "type": kind,
            "created": int(time.time()),
            "livemode": False,
            "data": {"object": dict(said)},
        }
        self.events.append(event)
        if self.webhook:
            send(event, self.webhook)
        return event


def send(event: dict[str, Any], webhook: str, secret: str = SECRET) -> int | None:
    """Send an event to a web hook, signed. Returns the status of the answer, None where there was none."""
    body, headers = signed(event, secret)
    request = urllib.request.Request(webhook, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def signed(event: dict[str, Any], secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """The body of an event, and the headers that it comes with."""
    body = json.dumps(event)
    signature = WebhookSignature.generate_signature_header(body, secret)
    return body.encode(), {"Content-Type": "application/json", "Stripe-Signature": signature}


class Refusal(Exception):
    def __init__(self, status: int, words: str, kind: str = "invalid_request_error") -> None:
        super().__init__(words)
        self.status, self.body = status, {"error": {"type": kind, "message": words}}


class _Handler(OwnedHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        said = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()))
        if page := re.fullmatch(r"/c/pay/(\w+)", self.path):
            self._press(self.owner.sessions[page[1]], said.get("do", ""))
        else:
            self._answer(said)

    def do_GET(self) -> None:
        if page := re.fullmatch(r"/c/pay/(\w+)", self.path):
            self._show(self.owner.sessions[page[1]])
        else:
            self._answer({})

    def _answer(self, said: dict[str, str]) -> None:
        stripe: StripeServer = self.owner
        stripe.requests.append((self.command, urlsplit(self.path).path))
        stripe.asked.release()
        stripe.answers.wait(60)
        try:
            if stripe.fails:
                raise Refusal(stripe.fails, "Something is wrong at our end.", "api_error")
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                raise Refusal(401, "Invalid API Key provided")
            with stripe.lock:
                status, body = 200, self._once(stripe, said)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        if stripe.loses_answers and self.command == "POST":
            self.close_connection = True
            return
        self._send(status, json.dumps(body).encode(), "application/json")

    def _once(self, stripe: StripeServer, said: dict[str, str]) -> dict[str, Any]:
        """The same key twice has one effect and one answer; with other facts it is refused."""
        key = self.headers.get("Idempotency-Key") if self.command == "POST" else None
        if key in stripe.keys:
            first, answer = stripe.keys[key]
            if first != said:
                words = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
                raise Refusal(400, words, "idempotency_error")
            return answer
        answer = dict(self._do(stripe, said))
        if key:
            stripe.keys[key] = said, answer
        return answer

    def _do(self, stripe: StripeServer, said: dict[str, str]) -> dict[str, Any]:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        one = re.fullmatch(r"/v1/checkout/sessions/(\w+)(/expire)?", path)
        if one and one[1] in stripe.sessions:
            return stripe.expire(one[1]) if one[2] else stripe.sessions[one[1]]
        if (self.command, path) == ("POST", "/v1/checkout/sessions"):
            return stripe.create_session(said)
        if (self.command, path) == ("POST", "/v1/refunds"):
            return stripe.create_refund(said)
        if (self.command, path) == ("GET", "/v1/refunds"):
            of = [each for each in stripe.refunds.values() if [each["payment_intent"]] == query["payment_intent"]]
            return {"object": "list", "data": of, "has_more": False, "url": "/v1/refunds"}
        raise Refusal(404, f"Unrecognized request URL ({self.command}: {path}).")

    def _press(self, session: dict[str, Any], button: str) -> None:
        stripe: StripeServer = self.owner
        if session["status"] == "open" and button == "decline":
            self._show(session, "Your card was declined.")
            return
        if session["status"] == "open":
            stripe.pay(session)
        if session["status"] != "complete":
            self._show(session)
            return
        self.send_response(303)
        self.send_header("Location", session["success_url"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _show(self, session: dict[str, Any], said: str = "") -> None:
        if session["status"] != "open":
            said = "This page is closed: " + session["status"]
        page = _PAGE.format(
            amount=session["amount_total"], currency=session["currency"], said=said, cancel=session["cancel_url"]
        )
        self._send(200, page.encode(), "text/html; charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
