"""Billing bands: which size is invoiced as which. Numbers in, numbers out; knows no other app."""

from collections.abc import Sequence

from quotas.limits import GB


def band_of(size_bytes: int, bands_gb: Sequence[int]) -> int:
    """The smallest band that holds the size.

    What is larger than all bands counts in the largest: no plan offers it (see within_bands), but
    it may be there from before the bands were changed.
    """
    return next((band for band in bands_gb if size_bytes <= band * GB), bands_gb[-1])


def within_bands(size_bytes: int, bands_gb: Sequence[int]) -> bool:
    """Is there a band that holds the size? What is not may not be sold."""
    return size_bytes <= bands_gb[-1] * GB
