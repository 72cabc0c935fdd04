"""Service accounts and their tokens as they are read and written."""

import ipaddress
from typing import Any

from rest_framework import serializers

from backend.api.serializers import MomentField, StrictModelSerializer, StrictSerializer, VisibleRelatedField
from centers import examples
from centers.models import ServiceAccount, ServiceToken
from centers.roles import CODENAMES, NO_SERVICE
from centers.serializers import managed_center, sent, shown

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SERVICE_CODENAMES = [(name, name.replace("_", " ")) for name in CODENAMES if name not in NO_SERVICE]
# A list of addresses that lets half the world in is none.
WIDEST = {4: 16, 6: 32}
MAPPED_BITS = 96
MOST_NETWORKS = 20


def codenames_field() -> serializers.ListField:
    """A list of what a service account may hold."""
    return serializers.ListField(
        child=serializers.ChoiceField(SERVICE_CODENAMES), allow_empty=False, max_length=len(SERVICE_CODENAMES)
    )


class NetworkField(serializers.CharField):
    """One address, or a network in CIDR notation without bits behind its prefix; IPv4 and IPv6."""

    default_error_messages = {"network_too_wide": "network_too_wide"}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, **options)

    def to_internal_value(self, data: Any) -> str:
        """The network as it is compared, an IPv4 network in IPv6's clothes as itself."""
        text = super().to_internal_value(data)
        try:
            network = _unwrapped(ipaddress.ip_network(text))
        except ValueError:
            self.fail("invalid")
        if "%" in text:  # a zone of one machine's own interfaces
            self.fail("invalid")
        if network.prefixlen < WIDEST[network.version]:
            self.fail("network_too_wide")
        return str(network)


def _unwrapped(network: Network) -> Network:
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < MAPPED_BITS:
        return network
    return ipaddress.ip_network(f"{mapped}/{network.prefixlen - MAPPED_BITS}")


@shown(examples.SERVICE_ACCOUNT)
class ServiceAccountSerializer(StrictModelSerializer):
    """`granted` is what the account holds now: less than `codenames` while they wait to be confirmed."""

    codenames = codenames_field()
    granted = serializers.SerializerMethodField()
    is_waiting = serializers.BooleanField(read_only=True)

    class Meta:
        model = ServiceAccount
        fields = [
            "id",
            "center",
            "name",
            "purpose",
            "codenames",
            "granted",
            "is_waiting",
            "starts_at",
            "ends_at",
            "requested_by",
            "confirmed_by",
            "confirmed_at",
            "deactivated_at",
        ]

    def get_granted(self, account: ServiceAccount) -> list[str]:
        """In the order of `codenames`."""
        return [name for name in account.codenames if name in account.granted]


@sent(examples.NEW_SERVICE_ACCOUNT)
class NewServiceAccount(StrictSerializer):
    center = managed_center("manage_staff")
    name = serializers.CharField(max_length=100)
    purpose = serializers.CharField(max_length=1000)
    codenames = codenames_field()
    starts_at = MomentField(allow_null=True, default=None)
    ends_at = MomentField(allow_null=True, default=None)


@sent({"codenames": ["view_center"], "ends_at": None})
class ServiceAccountInput(StrictSerializer):
    """More codenames or a later end wait to be confirmed anew."""

    purpose = serializers.CharField(max_length=1000)
    codenames = codenames_field()
    ends_at = MomentField(allow_null=True)


@sent({"codenames": examples.NEW_SERVICE_ACCOUNT["codenames"]})
class ServiceConfirmation(StrictSerializer):
    """What the confirming person has read: if it has changed since, nothing is confirmed."""

    codenames = codenames_field()


@shown(examples.SERVICE_TOKEN)
class ServiceTokenSerializer(StrictModelSerializer):
    scopes = codenames_field()
    networks = serializers.ListField(child=serializers.CharField())
    is_waiting = serializers.BooleanField(read_only=True)

    class Meta:
        model = ServiceToken
        fields = [
            "id",
            "center",
            "account",
            "scopes",
            "networks",
            "created_at",
            "created_by",
            "expires_at",
            "is_waiting",
            "confirmed_by",
            "confirmed_at",
            "last_used_at",
            "revoked_at",
        ]


@shown(examples.SHOWN_SERVICE_TOKEN)
class ShownServiceToken(ServiceTokenSerializer):
    """The answer to the request that made the token; no other answer has its text, a repeated one has null."""

    token = serializers.CharField(allow_null=True, read_only=True)

    class Meta(ServiceTokenSerializer.Meta):
        fields = [*ServiceTokenSerializer.Meta.fields, "token"]


@sent(examples.NEW_SERVICE_TOKEN)
class NewServiceToken(StrictSerializer):
    account = VisibleRelatedField(codename="manage_staff", queryset=ServiceAccount._default_manager.all())
    scopes = codenames_field()
    networks = serializers.ListField(child=NetworkField(), allow_empty=False, max_length=MOST_NETWORKS)
    expires_at = MomentField()
