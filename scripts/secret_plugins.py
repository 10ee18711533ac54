"""What the secret scan knows besides the detectors of detect-secrets: keys as this house writes them."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class Ed25519KeyDetector(RegexBasedDetector):
    """An Ed25519 key in PKCS #8 (RFC 8410 section 7) as base64 of either alphabet, without the lines around it."""

    secret_type = "Ed25519 private key"
    denylist = (re.compile(r"(MC4CAQAwBQYDK2VwBCIEI[A-Za-z0-9+/_-]{43})"),)


class HouseSecretDetector(RegexBasedDetector):
    """32 bytes as base64url right after the name of a secret of this house, as in .dev.vars."""

    secret_type = "Secret of this house"
    denylist = (
        re.compile(
            r"(?:JWT_SECRET|CURSOR_SECRET|VAULT_KEY|ENGINE_SECRET)(?:_PREVIOUS)?[\"']?\s*[:=,]\s*[\"']?([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])"
        ),
    )
