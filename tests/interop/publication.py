"""What the checks of protection publish: a clear locator for each asset, one for each policy."""

import hashlib
import json
import uuid
from dataclasses import dataclass

LICENCES = {
    "playReadyUrlTemplate": "https://licences.example/playready?a=1&kid={ContentKeyId}",
    "widevineUrlTemplate": "https://licences.example/widevine?kid={ContentKeyId}",
    "fairPlayUrlTemplate": "https://licences.example/fairplay/{ContentKeyId}",
}
SYSTEMS = {"playReady": {}, "widevine": {}}
AUDIO = [{"trackSelections": [{"property": "Type", "operation": "Equal", "value": "audio"}]}]
POLICIES = {
    "cenc": {
        "commonEncryptionCenc": {
            "enabledProtocols": {"dash": True, "hls": True, "smoothStreaming": True},
            "drm": SYSTEMS,
            "clearKeyEncryptionConfiguration": {},
        }
    },
    "cbcs": {
        "commonEncryptionCbcs": {
            "enabledProtocols": {"dash": True, "hls": True},
            "drm": {**SYSTEMS, "fairPlay": {}},
            "clearKeyEncryptionConfiguration": {},
        }
    },
    "keys": {
        "commonEncryptionCenc": {
            "enabledProtocols": {"dash": True, "hls": True, "smoothStreaming": True},
            "contentKeys": {
                "defaultKey": {"label": "video"},
                "keyToTrackMappings": [{"label": "audio", "tracks": AUDIO}],
            },
            "drm": SYSTEMS,
            "clearKeyEncryptionConfiguration": {},
        }
    },
}
#: The policy and the labels of the keys of each kind of locator.
KINDS = {
    "clear": ("Predefined_ClearStreamingOnly", []),
    "cbc": ("Predefined_ClearKey", [None]),
    "cenc": ("cenc", [None]),
    "cbcs": ("cbcs", [None]),
    "keys": ("keys", ["video", "audio"]),
}


@dataclass(frozen=True)
class Key:
    """A content key."""

    id: uuid.UUID
    value: bytes


def key(asset, kind, label):
    """The key of that label: pseudo-random, and the same in every run."""
    digest = hashlib.sha256(f"{asset} {kind} {label}".encode()).digest()
    return Key(uuid.UUID(bytes=digest[:16], version=4), digest[16:])


def keys(asset, kind):
    """The keys of a locator, by id."""
    return {
        found.id: found.value for found in (key(asset, kind, label) for label in KINDS[kind][1])
    }


def locator(asset, kind):
    """The id of a locator."""
    return f"{kind}-{asset}"


def write(path, assets):
    """Writes the locators of those assets as the file of `--locators`."""
    locators = [described(asset, kind) for asset in assets for kind in KINDS]
    document = {
        "keyDelivery": LICENCES,
        "streamingPolicies": POLICIES,
        "streamingLocators": locators,
    }
    path.write_text(json.dumps(document, indent=2))


def described(asset, kind):
    policy, labels = KINDS[kind]
    content_keys = []
    for label in labels:
        found = key(asset, kind, label)
        content_keys.append(
            {"id": str(found.id), "value": found.value.hex(), **({"label": label} if label else {})}
        )
    common = {
        "streamingLocatorId": locator(asset, kind),
        "assetName": asset,
        "streamingPolicyName": policy,
    }
    return {**common, "contentKeys": content_keys} if labels else common
