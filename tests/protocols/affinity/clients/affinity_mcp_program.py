"""Calls the tools of affinity-mcp, the vendor's own server for assistants, as the lines of the input say.

It runs as a process beside this one, as an assistant would have it, and is spoken to by the client of its own library.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

base, token = sys.argv[1:]
folder = tempfile.TemporaryDirectory()
server = StdioServerParameters(
    command=str(Path(sys.executable).with_name("affinity-mcp")),
    env={"AFFINITY_API_V1_URL": base, "AFFINITY_API_V2_URL": base, "AFFINITY_API_KEY": token, "HOME": "/",
         "AFFINITY_UPLOAD_DIRS": tempfile.gettempdir(), "AFFINITY_DOWNLOAD_DIR": folder.name, "PATH": ""},
)  # fmt: skip


async def answer(session: ClientSession, asked: dict[str, Any]) -> dict[str, Any]:
    """Call the tool that is asked for; ``tools`` is the names of all."""
    (name,) = asked["path"]
    if name == "tools":
        return {"result": [tool.name for tool in (await session.list_tools()).tools]}
    done = await session.call_tool(name, asked["args"])
    text = "".join(getattr(part, "text", "") for part in done.content)
    return {"error": text} if done.isError else {"result": json.loads(text) if text else None}


async def main() -> None:
    """Answer each line with one."""
    async with stdio_client(server, errlog=log) as streams, ClientSession(*streams) as session:
        await session.initialize()
        while line := await asyncio.to_thread(sys.stdin.readline):
            sys.stdout.write(json.dumps(await answer(session, json.loads(line))) + "\n")
            sys.stdout.flush()


with Path(os.devnull).open("w") as log:
    asyncio.run(main())
