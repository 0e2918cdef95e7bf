"""Requests all resources of an asset in all formats."""

import compare
import origin


def crawl(address, asset):
    """All resources of an asset in all formats, by their URLs below it."""
    base, found, ask = f"{address}/{asset}/{asset}.ism", {}, origin.ask

    def recording(url, *arguments, **headers):
        answer = ask(url, *arguments, **headers)
        if answer.status == 200:
            found[url.removeprefix(base)] = answer.body
        return answer

    origin.ask = recording
    try:
        for protocol in compare.PROTOCOLS.values():
            protocol.read(f"{base}/{protocol.manifest}")
            if protocol.key_frames:
                protocol.key_frames(f"{base}/{protocol.manifest}")
    finally:
        origin.ask = ask
    return found
