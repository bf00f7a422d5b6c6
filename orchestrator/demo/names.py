"""Names of people by country and of companies by industry."""

from __future__ import annotations

import random
import unicodedata
from typing import Final

_ENGLISH: Final = (
    "Alice Amelia Ben Charlotte Daniel Ella Emily George Grace Harry Henry Isla Jack James Lucy "
    "Mason Nora Oliver Owen Ruby Sam Sophie Thomas Violet William Zoe",
    "Adams Baker Bennett Brooks Carter Clarke Collins Cooper Davis Ellis Evans Fisher Foster Gray "
    "Hall Harris Hughes Jackson Kelly Mitchell Morgan Murphy Parker Price Reed Shaw Turner Walker "
    "Ward Watson Webb Young",
)
_POOLS: Final = {
    "United States": _ENGLISH,
    "United Kingdom": _ENGLISH,
    "Germany": (
        "Anna Anton Clara Emil Felix Finn Greta Hannah Jakob Jana Jonas Jürgen Katharina Lena Leon "
        "Lukas Marie Mia Paul Sabine Sophia Theo Uwe",
        "Bauer Becker Braun Fischer Hartmann Hoffmann Huber Keller Koch Krüger Lange Lehmann Maier "
        "Müller Neumann Richter Schäfer Schmidt Schulz Vogel Wagner Weber Werner Wolf Zimmermann",
    ),
    "France": (
        "Adèle Antoine Camille Chloé Élise Gabriel Hugo Inès Jules Léa Louis Manon Mathis Nathan",
        "Bernard Bertrand Blanc Dubois Durand Fournier Garnier Girard Lambert Laurent Lefebvre "
        "Mercier Moreau Petit Rousseau Roux",
    ),
    "Netherlands": (
        "Anouk Bram Daan Eva Fleur Jasper Lotte Maud Pieter Ruben Sanne Sem Tess Thijs",
        "Bakker Bos Dekker Dijkstra Jansen Kuiper Meijer Mulder Peters Smit Visser Vos",
    ),
    "Spain": (
        "Alba Álvaro Carmen Diego Elena Iker Javier Lucía Marta Pablo Sergio Sofía",
        "Castro Delgado Fernández García Gómez Herrera Iglesias Navarro Ortega Ramos Ruiz Vega",
    ),
    "Italy": (
        "Alessia Chiara Davide Elisa Federico Giulia Lorenzo Luca Matteo Paola Sara Tommaso",
        "Bianchi Conti Costa Esposito Ferrari Gallo Greco Marino Moretti Ricci Romano Rossi",
    ),
    "Sweden": (
        "Agnes Astrid Axel Ebba Elsa Gustav Ingrid Lars Linnea Nils Oskar Saga",
        "Andersson Berg Eriksson Holm Karlsson Lindberg Lund Nilsson Sandberg Sjöberg Svensson",
    ),
    "India": (
        "Aarav Aditi Ananya Arjun Diya Ishaan Kavya Meera Neha Priya Rahul Rohan",
        "Agarwal Bose Chopra Desai Gupta Iyer Joshi Kapoor Mehta Nair Patel Reddy Sharma",
    ),
    "Poland": (
        "Agata Aleksander Ewa Filip Hanna Jan Kasia Maciej Magda Piotr Tomasz Zofia",
        "Dudek Górski Jankowski Kowalski Lis Mazur Nowak Pawlak Wilk Wójcik Zając",
    ),
    "Brazil": (
        "Ana Bruno Caio Fernanda Gustavo Helena Júlia Larissa Marcos Rafael Thiago Vitória",
        "Almeida Barbosa Cardoso Dias Freitas Lima Martins Oliveira Pereira Rocha Silva Souza",
    ),
    "Japan": (
        "Aiko Akira Haruto Hina Kenji Mei Ren Rin Sakura Sora Yui Yuto",
        "Abe Fujita Hayashi Ito Kato Kobayashi Mori Nakamura Sato Suzuki Tanaka Yamada",
    ),
}
PEOPLE: Final = {
    country: (first.split(), last.split()) for country, (first, last) in _POOLS.items()
}
_MIDDLE: Final = "ABCDEFGHJKLMNPRSTW"

_STEM_WORDS: Final = (
    "Alder Amber Anchor Arrow Aspen Atlas Beacon Birch Blue Bright Cedar Cinder Clear "
    "Cobalt Copper Coral Delta Ember Falcon Fern Flint Forge Garnet Granite Green Harbor "
    "Hazel Heron Iron Juniper Kestrel Lantern Linden Maple Meadow Moss North Oak Onyx "
    "Orchid Pine Quartz Raven River Saffron Silver Slate Spruce Stone Summit Swift "
    "Thistle Timber Vale Velvet Willow Winter "
)
_STEMS: Final = tuple(_STEM_WORDS.split())
_ENDINGS: Final = {
    "software": ("Labs", "Software", "Systems", "Cloud"),
    "retail": ("Market", "Goods", "Outfitters", "Shop"),
    "finance": ("Capital", "Bank", "Partners", "Insurance"),
    "healthcare": ("Health", "Clinics", "Care", "Medical"),
    "education": ("Academy", "College", "Learning", "Schools"),
    "manufacturing": ("Works", "Machines", "Metals", "Tools"),
    "media": ("Press", "Studios", "Media", "Radio"),
    "logistics": ("Freight", "Logistics", "Couriers", "Lines"),
}


def person(rng: random.Random, country: str, taken: set[str]) -> str:
    """A full name of the country that nobody has yet, with a middle initial if need be."""
    first, last = (rng.choice(pool) for pool in PEOPLE[country])
    name = f"{first} {last}"
    while name in taken:
        name = f"{first} {rng.choice(_MIDDLE)}. {rng.choice(PEOPLE[country][1])}"
    taken.add(name)
    return name


def firm(rng: random.Random, industry: str, taken: set[str]) -> str:
    """A company name of the industry that no other has."""
    name = f"{rng.choice(_STEMS)} {rng.choice(_ENDINGS[industry])}"
    while name in taken:
        name = f"{rng.choice(_STEMS)} {rng.choice(_STEMS)} {rng.choice(_ENDINGS[industry])}"
    taken.add(name)
    return name


def plain(text: str) -> str:
    """Lower-case ASCII letters and digits of a name, words joined by dots, for an address."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return ".".join("".join(c for c in word if c.isalnum()) for word in folded.split())
