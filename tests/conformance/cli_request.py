"""Requests as the `aliyun` CLI makes them: RPC V1 and ROA V1, signed here with the standard library alone."""

import base64
import datetime
import email.utils
import hashlib
import hmac
import http.client
import json
import urllib.parse
import uuid

from official import REGION

AGENT = "Alibaba Cloud (linux; amd64) Golang/1.24 Core/0.0.1 CLI/3.3"


def encoded(text):
    """Percent-encoding: what is not `A-Za-z0-9-_.~` becomes `%XX`."""
    return urllib.parse.quote(str(text), safe="-_.~")


def signature(secret, text):
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


class Request:
    """Method, path, query, headers and body, ready to be sent, or to be tampered with before."""

    def __init__(self, method, path, query, headers, body=b""):
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body

    def send(self, address):
        """The reply's status and body."""
        query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in self.query.items())
        target = f"{self.path}?{query}" if query else self.path
        connection = http.client.HTTPConnection(address, timeout=30)
        try:
            connection.request(self.method, target, self.body, self.headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read() or b"null")
        finally:
            connection.close()


def rpc(key, version, action, method="GET", in_form=False, **parameters):
    """What the CLI sends to RPC products. `in_form`: the action's parameters travel in the body."""
    now = datetime.datetime.now(datetime.UTC)
    query = {
        "AccessKeyId": key.id,
        "Action": action,
        "Format": "JSON",
        "RegionId": REGION,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": str(uuid.uuid4()),
        # Empty, and signed.
        "SignatureType": "",
        "SignatureVersion": "1.0",
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Version": version,
    }
    if key.token:
        query["SecurityToken"] = key.token
    form = parameters if in_form else {}
    query.update({} if in_form else parameters)
    signed = sorted({**query, **form}.items())
    canonical = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in signed)
    text = f"{method}&%2F&{encoded(canonical)}"
    query["Signature"] = signature(f"{key.secret}&", text)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": AGENT,
        "x-sdk-client": "golang/1.0.0",
        "x-sdk-invoke-type": "common",
    }
    return Request(method, "/", query, headers, urllib.parse.urlencode(form).encode())


def roa(key, version, method, path, body=None, **query):
    """What the CLI sends to resource products. The action is known by its path alone."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = {
        "Accept": "application/json",
        "Content-MD5": base64.b64encode(hashlib.md5(content).digest()).decode(),
        "Content-Type": "application/octet-stream" if body is None else "application/json",
        "Date": email.utils.formatdate(usegmt=True),
        "User-Agent": AGENT,
        "x-acs-region-id": REGION,
        "x-acs-signature-method": "HMAC-SHA1",
        "x-acs-signature-nonce": str(uuid.uuid4()),
        "x-acs-signature-version": "1.0",
        "x-acs-version": version,
        "x-sdk-client": "golang/1.0.0",
    }
    if key.token:
        headers["x-acs-security-token"] = key.token
    lines = [method, *(headers[name] for name in ["Accept", "Content-MD5", "Content-Type", "Date"])]
    signed = {name: value for name, value in headers.items() if name.startswith("x-acs-")}
    lines += sorted(f"{name}:{value}" for name, value in signed.items())
    resource = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    lines.append(f"{path}?{resource}" if resource else path)
    sealed = signature(key.secret, "\n".join(lines))
    headers["Authorization"] = f"acs {key.id}:{sealed}"
    return Request(method, path, query, headers, content)
