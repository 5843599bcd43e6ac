"""Images: an address to put one to, an address to get it from (spec 4.6)."""

import time
from typing import Any

import httpx2
import pytest

from .conftest import Hub, refused

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
BODY = {"entityType": "Interaction", "entityTypeName": "Email", "relativePath": "pics\\Call.png"}


def send(hub: Hub, method: str, url: str, **options: Any) -> httpx2.Response:
    """Send a request to a signed address, without a token."""
    return hub.firm.server.http.request(method, url, **options)


def upload_url(hub: Hub, **changes: Any) -> str:
    """Return an address to which an image may be put."""
    answer = hub.arm("POST", "/images/getEntityTypeImageUploadUrl", json=BODY | changes)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["contentUrl"])


@pytest.mark.covers("images.typeUpload", "images.get", "images.put")
def test_an_image_of_a_type(hub: Hub) -> None:
    """It is put to the address that is answered, and every answer about the type says where it is to be had."""
    before = hub.arm("POST", "/images/getEntityTypeImageUploadUrl", json=BODY).json()
    assert before["relativePath"] == BODY["relativePath"]
    assert before["imageExists"] is False
    stored = send(hub, "PUT", before["contentUrl"], content=PNG, headers={"x-ms-blob-type": "BlockBlob"})
    assert stored.status_code == 201
    assert stored.content == b""
    assert hub.manage("POST", "/model/media/getEntityTypeImageUploadUrl", json=BODY).json()["imageExists"] is True

    read = hub.arm("GET", "/interactions/Email").json()
    changed = hub.arm("PUT", "/interactions/Email", json={**read["properties"], "smallImage": BODY["relativePath"]})
    assert changed.status_code == 200, changed.text
    properties = changed.json()["properties"]
    assert properties["smallImage"] == BODY["relativePath"]
    (url,) = properties["attributes"]["uci.SmallImage.ContentUrl"]
    assert "/media/entitytypeimage/interaction/email/pics%5Ccall.png?" in url
    image = send(hub, "GET", url)
    assert image.status_code == 200
    assert image.content == PNG
    assert image.headers["Content-Type"] == "image/png"
    assert image.headers["X-Content-Type-Options"] == "nosniff"

    again = hub.arm("PUT", "/interactions/Email", json=changed.json())
    assert again.headers["ETag"] == changed.headers["ETag"], "the server's own attributes are no change"


@pytest.mark.covers("images.dataUpload")
def test_an_image_of_an_instance(any_hub: Hub) -> None:
    """It has an address of its own."""
    answer = any_hub.arm("POST", "/images/getDataImageUploadUrl", json=BODY).json()
    assert "/media/dataimage/interaction/email/" in answer["contentUrl"]
    assert send(any_hub, "PUT", answer["contentUrl"], content=b"GIF89a...").status_code == 201


def test_addresses_cannot_be_made_up(any_hub: Hub) -> None:
    """Only what the server signed is let in, for what and as long as it was signed."""
    url = upload_url(any_hub)
    refused(send(any_hub, "GET", url), 403, "AuthorizationFailed")
    refused(send(any_hub, "PUT", url.replace("sp=cw", "sp=r"), content=PNG), 403, "AuthorizationFailed")
    refused(send(any_hub, "PUT", url.replace("call.png", "other.png"), content=PNG), 403, "AuthorizationFailed")
    refused(send(any_hub, "PUT", url.partition("?")[0], content=PNG), 403, "AuthorizationFailed")
    head, _, tail = url.partition("se=")
    later = int(tail.partition("&")[0]) + 1
    assert later < time.time() + 300
    refused(send(any_hub, "PUT", f"{head}se={later}&{tail.partition('&')[2]}", content=PNG), 403, "AuthorizationFailed")
    elsewhere = url.replace(f"/hubs/{any_hub.name}/", "/hubs/nobody/")
    refused(send(any_hub, "PUT", elsewhere, content=PNG), 404, "ParentResourceNotFound")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "UnsupportedMediaType"),
        (b"", 415, "UnsupportedMediaType"),
        (PNG + b"x" * (5 * 1024 * 1024), 413, "RequestEntityTooLarge"),
    ],
    ids=["svg", "empty", "large"],
)
def test_only_images(any_hub: Hub, content: bytes, status: int, code: str) -> None:
    """What is no image, or a script in disguise, or too large, is refused."""
    refused(send(any_hub, "PUT", upload_url(any_hub), content=content), status, code)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"relativePath": "../x.png"}, ["InvalidImagePath"]),
        ({"relativePath": None, "entityType": "Link", "entityTypeName": ""},
         ["InvalidValue", "MissingRequiredProperty", "InvalidImagePath"]),
    ],
)  # fmt: skip
def test_bad_requests(any_hub: Hub, changes: dict[str, Any], codes: list[str]) -> None:
    """All that is wrong is told at once."""
    answer = any_hub.arm("POST", "/media/getDataImageUploadUrl", json=BODY | changes)
    error = refused(answer, 400, "InvalidRequestContent")
    assert [detail["code"] for detail in error["details"]] == codes


def test_an_image_of_an_unknown_type(any_hub: Hub) -> None:
    """There must be such a type."""
    answer = any_hub.arm("POST", "/images/getDataImageUploadUrl", json=BODY | {"entityTypeName": "Nope"})
    refused(answer, 404, "ResourceNotFound")
