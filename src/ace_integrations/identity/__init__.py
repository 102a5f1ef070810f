"""Identity verification in neutral words; which service does it is a setting."""

from ace_integrations.identity.facade import AsyncIdentity, Identity
from ace_integrations.identity.verifier import IdentityChanged, IdentityVerifier, Verification, VerificationStatus

__all__ = ["AsyncIdentity", "Identity", "IdentityChanged", "IdentityVerifier", "Verification", "VerificationStatus"]
