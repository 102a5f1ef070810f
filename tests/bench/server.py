"""A bare HTTP server for measuring clients: fixed answers, no framework, in a process of its own."""

import asyncio
import multiprocessing
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection

ORDER_ID = "5O190127TN364715T"
_ORDER = (
    b'{"id":"5O190127TN364715T","intent":"CAPTURE","status":"PAYER_ACTION_REQUIRED","purchase_units":[{"reference_id":'
    b'"default","amount":{"currency_code":"USD","value":"20.00"},"payee":{"email_address":"merchant@example.com",'
    b'"merchant_id":"SANDBOXMERCH1"},"custom_id":"payment-7"}],"create_time":"2026-11-25T00:00:00Z","links":[{"href":'
    b'"http://127.0.0.1/v2/checkout/orders/5O190127TN364715T","rel":"self","method":"GET"},{"href":'
    b'"http://127.0.0.1/checkoutnow?token=5O190127TN364715T","rel":"payer-action","method":"GET"}]}'
)

ANSWERS = {
    b"/v1/oauth2/token": b'{"access_token":"A21AAbench0123456789","token_type":"Bearer","expires_in":32400}',
    b"/v2/checkout/orders": _ORDER,
    f"/v2/checkout/orders/{ORDER_ID}".encode(): _ORDER,
    b"/v1beta/models/gemini-3.5-flash-lite:generateContent": b'{"candidates":[{"content":{"parts":[{"text":"Start with '
    b'SQL."}],"role":"model"},"finishReason":"STOP","safetyRatings":[{"category":"HARM_CATEGORY_HARASSMENT",'
    b'"probability":"NEGLIGIBLE"}]}],"usageMetadata":{"promptTokenCount":212,"candidatesTokenCount":41,'
    b'"thoughtsTokenCount":96,"totalTokenCount":349},"modelVersion":"gemini-3.5-flash-lite","responseId":"bench"}',
    b"/search-v2": b'{"status":"OK","data":{"jobs":[{"job_id":"aaaaaaaaaaaaaaaaAAAAAA==","job_title":"Engineer",'
    b'"job_country":"EG","job_apply_link":"https://jobs.example/1"}],"cursor":null}}',
    b"/v2/rate/USD/EGP": b'{"date":"%s","base":"USD","quote":"EGP","rate":52.0502}'
    % datetime.now(UTC).date().isoformat().encode(),
    b"/v1/payment_intents/pi_1": b'{"id":"pi_1","object":"payment_intent","amount":14900,"amount_received":0,'
    b'"currency":"egp","status":"requires_payment_method","livemode":false,"created":1,"metadata":{"payment_id":"7"},'
    b'"client_secret":"pi_1_secret_x","latest_charge":null,"last_payment_error":null,"next_action":null}',
    b"/v3/session/s-1/decision/": b'{"session_id":"11111111-2222-4333-8444-555555555555","status":"Approved",'
    b'"environment":"sandbox","session_number":1,"vendor_data":"user-9","features":[],"id_verifications":[],'
    b'"liveness_checks":[],"face_matches":[],"reviews":[],"created_at":"2026-11-25T00:00:00.000000Z"}',
    b"/v3/mg.example.com/bounces/a%40example.com": b'{"address":"a@example.com","code":"550","error":"no such user",'
    b'"created_at":"Thu, 11 Dec 2025 01:49:40 UTC"}',
}


@contextmanager
def serving() -> Generator[str]:
    """Give the server's address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _main(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(_length(head))
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            body = ANSWERS.get(path, b"{}")
            length = str(len(body)).encode()
            status = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
            writer.write(status + length + b"\r\n\r\n" + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _length(head: bytes) -> int:
    """Give the bytes of the body that follows."""
    found = head.lower().partition(b"content-length:")[2]
    return int(found.split(b"\r\n", 1)[0] or 0)
