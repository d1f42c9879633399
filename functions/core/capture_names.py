"""Inference ids and callers as capture lines hold them: shorter, and the same again when read.

The path to the first answer imports this module: standard library only.
"""

import binascii

ID_MARK = "="
CALLER_MARK = "~"
ACCOUNT_DIGITS = 12
CALLER_FORMS = (
    ("r", "arn:aws:sts::", ":assumed-role/"),
    ("u", "arn:aws:iam::", ":user/"),
)
"""A letter for what stands before and behind the account in an ARN."""

_HEX_DIGITS = 32


def shorten_id(inference_id: str) -> str:
    """Return an inference id as lines hold it; `restore_id` is the inverse.

    Examples
    --------
    >>> shorten_id("00112233445566778899aabbccddeeff"), shorten_id("mine"), shorten_id("=")
    ('=ABEiM0RVZneImaq7zN3u/w', 'mine', '==')
    """
    if len(inference_id) == _HEX_DIGITS:
        try:
            packed = binascii.unhexlify(inference_id)
        except ValueError:
            packed = b""
        if packed.hex() == inference_id:
            return f"{ID_MARK}{binascii.b2a_base64(packed, newline=False)[:-2].decode()}"
    return f"{ID_MARK}{inference_id}" if inference_id.startswith(ID_MARK) else inference_id


def restore_id(text: str) -> str:
    """Return the inference id that `shorten_id` was given.

    Examples
    --------
    >>> restore_id("=ABEiM0RVZneImaq7zN3u/w"), restore_id("mine"), restore_id("==")
    ('00112233445566778899aabbccddeeff', 'mine', '=')
    """
    if not text.startswith(ID_MARK):
        return text
    if text.startswith(2 * ID_MARK):
        return text[1:]
    return binascii.a2b_base64(f"{text[1:]}==", strict_mode=True).hex()


def shorten_caller(caller: str) -> str:
    """Return a caller as lines hold it; `restore_caller` is the inverse.

    Examples
    --------
    >>> shorten_caller("arn:aws:iam::123456789012:user/ann"), shorten_caller("~ann")
    ('~u123456789012ann', '~~ann')
    """
    for letter, before, behind in CALLER_FORMS:
        account = len(before) + ACCOUNT_DIGITS
        if caller.startswith(before) and caller.startswith(behind, account):
            name = caller[account + len(behind) :]
            return f"{CALLER_MARK}{letter}{caller[len(before) : account]}{name}"
    return f"{CALLER_MARK}{caller}" if caller.startswith(CALLER_MARK) else caller


def restore_caller(text: str) -> str:
    """Return the caller that `shorten_caller` was given.

    Examples
    --------
    >>> restore_caller("~u123456789012ann"), restore_caller("~~ann")
    ('arn:aws:iam::123456789012:user/ann', '~ann')
    """
    if not text.startswith(CALLER_MARK):
        return text
    for letter, before, behind in CALLER_FORMS:
        if text[1:2] == letter:
            account = 2 + ACCOUNT_DIGITS
            return f"{before}{text[2:account]}{behind}{text[account:]}"
    return text[1:]
