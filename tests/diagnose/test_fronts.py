"""CDN and site builders of the bundled rules, by the addresses and aliases that they publish."""

import pytest

from triage.config import load_rules
from triage.diagnose.atlas import Atlas

ATLAS = Atlas(load_rules(()).providers.values())
ADDRESSES = {
    "104.21.3.7": "cloudflare",
    "172.67.130.9": "cloudflare",
    "2606:4700:3031::6815:307": "cloudflare",
    "151.101.1.57": "fastly",
    "2a04:4e42::81": "fastly",
    "45.60.12.9": "imperva",
    "192.88.134.7": "sucuri",
    "185.199.108.153": "github-pages",
    "216.239.32.21": "google-sites",
    "23.227.38.65": "shopify",
    "198.185.159.144": "squarespace",
    "185.230.63.107": "wix",
    "192.0.78.24": "wordpress-com",
    "76.76.21.21": "vercel",
    "216.198.79.1": "vercel",
    "75.2.60.5": "netlify",
    "199.36.158.100": "firebase-hosting",
    # beside them, and nobody's
    "104.15.255.255": None,
    "104.28.0.0": None,
    "185.199.108.152": None,
    "198.185.159.146": None,
    "23.227.39.1": None,
}
ALIASES = {
    "d111111abcdef8.cloudfront.net": "cloudfront",
    "www.example.com.cdn.cloudflare.net": "cloudflare",
    "www.example.com.edgekey.net": "akamai",
    "cname.vercel-dns.com": "vercel",
    "cname.vercel-dns-0.com": "vercel",
    "ext-sq.squarespace.com": "squarespace",
    "shops.myshopify.com": "shopify",
    "cdn1.wixdns.net": "wix",
    "cdn.webflow.com": "webflow",
    "me.github.io": "github-pages",
    "x.azurefd.net": "azure-front-door",
    "x.b-cdn.net": "bunny",
    # the owner's own server may be behind it
    "shop.trafficmanager.net": None,
    "notvercel-dns.com": None,
    "cloudfront.net.example.com": None,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_whose_address_it_is(address: str) -> None:
    found = ATLAS.of_address(address)
    assert (found.id if found else None) == ADDRESSES[address]


@pytest.mark.parametrize("alias", ALIASES)
def test_whose_alias_it_is(alias: str) -> None:
    found = ATLAS.of_cname(alias)
    assert (found.id if found else None) == ALIASES[alias]
