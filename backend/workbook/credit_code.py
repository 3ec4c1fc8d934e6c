"""The check digit of a 统一社会信用代码 (GB 32100)."""

from backend.workbook.folding import tight

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18


def is_sound(code: str) -> bool:
    """Whether the code has its 18 signs and the last one agrees: 31 − Σ 3^(i−1) · value, mod 31."""
    signs = tight(code).upper()
    if len(signs) != LENGTH or any(sign not in ALPHABET for sign in signs):
        return False
    return signs[-1] == check_sign(signs[:-1])


def check_sign(body: str) -> str:
    """The check digit that belongs to the first 17 signs."""
    total = sum(pow(3, place, 31) * ALPHABET.index(sign) for place, sign in enumerate(body))
    return ALPHABET[-total % 31]
