"""How the networks over the encoder learn, whatever they learn: texts read once through the frozen layers, then rounds over what they gave."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from assistant.network import FROZEN
from assistant.recognise import tokens_of
from corpus.token_encoder import TokenEncoder, by_length

BATCH = 32
_IN_HALF_PRECISION = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
"""Products in half precision, twice as fast where the processor knows them; elsewhere twenty times slower."""
_STEP, _GOING_ON, _HEADS = 3e-4, 1e-4, 10 / 3
"""How far one step goes in the layers, from the start and of a network that has learnt before; and how many times farther above them."""
_NOISY = 0.25
_MISTAKES = 60  # letters for one mistake of typing

Tokens = Sequence[int]
Batch = tuple[Tensor, Tensor]
"""States, (texts, tokens, width), and which tokens are there, (texts, tokens)."""


def hasty(text: str, chance: random.Random) -> str:
    """`text` as typed in a hurry: letters left out, doubled or swapped, and often no accents or no capitals."""
    if chance.random() < 0.4:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    text = text.upper() if chance.random() < 0.1 else text.lower() if chance.random() < 0.3 else text
    letters = list(text)
    for _ in range(len(letters) // _MISTAKES + 1 if chance.random() < 0.5 else 0):
        place = chance.randrange(len(letters))
        letters[place : place + 2] = chance.choice(
            ([], letters[place : place + 1] * 2, letters[place : place + 2][::-1])
        )
    return "".join(letters) or text


def frozen_states(encoder: TokenEncoder, rows: Sequence[Tokens]) -> list[Tensor]:
    """What the frozen layers give for each row of tokens: shape (tokens, width), in half precision."""
    found: dict[int, Tensor] = {}
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=_IN_HALF_PRECISION):
        for places in by_length(rows):
            states = encoder(*encoder.padded([rows[place] for place in places]), FROZEN)
            for place, state in zip(places, states, strict=True):
                found[place] = state[: len(rows[place])].to(torch.bfloat16).clone()
    return [found[place] for place in range(len(rows))]


def states_of(
    encoder: TokenEncoder, conversations: Sequence[Sequence[str]], chance: random.Random
) -> tuple[list[Tensor], list[Tensor]]:
    """What the frozen layers give for each conversation (a text alone is one of one message), as written and as typed in a hurry."""
    hurried = [[hasty(message, chance) for message in messages] for messages in conversations]
    written, noisy = (
        frozen_states(encoder, [tokens_of(encoder, messages) for messages in some]) for some in (conversations, hurried)
    )
    return written, noisy


def keep_states(path: Path, states: Sequence[Tensor], noisy: Sequence[Tensor]) -> None:
    """Write the states of every text, and of the same texts typed in a hurry, for the processes that learn."""
    lengths = {
        "lengths": torch.tensor([len(one) for one in states]),
        "lengths_noisy": torch.tensor([len(one) for one in noisy]),
    }
    save_file({"states": torch.cat(list(states)), "noisy": torch.cat(list(noisy)), **lengths}, path)


def kept_states(path: Path) -> tuple[list[Tensor], list[Tensor]]:
    """What `keep_states` wrote."""
    kept = load_file(path)
    states, noisy = (
        torch.split(kept["states"], kept["lengths"].tolist()),
        torch.split(kept["noisy"], kept["lengths_noisy"].tolist()),
    )
    return list(states), list(noisy)


def fit(
    network: nn.Module,
    loss_of: Callable[[Batch, list[int]], Tensor],
    states: Sequence[Tensor],
    noisy: Sequence[Tensor],
    name: str,
    rounds: int,
    step: float = _STEP,
) -> None:
    """Change `network` until `loss_of` (the mean loss of a batch: its states, and the places of its texts) is small.

    Its `layers` change slowly, what is above them faster. `noisy`: the states of the same texts, typed in a hurry.
    """
    torch.manual_seed(0)
    chance = random.Random(0)
    layers = [weights for part, weights in network.named_parameters() if part.startswith("layers.")]
    heads = [weights for part, weights in network.named_parameters() if not part.startswith("layers.")]
    optimiser = torch.optim.AdamW(
        [{"params": layers, "lr": step}, {"params": heads, "lr": _HEADS * step}], weight_decay=0.01
    )
    steps = rounds * (len(states) // BATCH + 1)
    pace = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min(n / (0.1 * steps), 1) * max(1 - n / steps, 0.02))
    network.train()
    for number in range(rounds):
        lost = 0.0
        for places in _batches([len(state) for state in states], chance):
            given = noisy if chance.random() < _NOISY else states
            with torch.autocast("cpu", torch.bfloat16, enabled=_IN_HALF_PRECISION):
                loss = loss_of(batch_of([given[place] for place in places]), places)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([*layers, *heads], 1.0)
            optimiser.step()
            pace.step()
            lost += loss.item() * len(places)
        print(f"{name}: round {number + 1} of {rounds}, loss {lost / len(states):.3f}", flush=True)
    network.eval()


def fit_more(
    network: nn.Module,
    loss_of: Callable[[Batch, list[int]], Tensor],
    states: Sequence[Tensor],
    noisy: Sequence[Tensor],
    name: str,
    share: float,
) -> None:
    """Go on from what `network` has learnt before, one round in small steps, and stop at `share` of the way to where that leads; see `fit`."""
    known = {part: weights.clone() for part, weights in network.state_dict().items()}
    fit(network, loss_of, states, noisy, name, 1, _GOING_ON)
    network.load_state_dict(
        {part: torch.lerp(known[part], weights, share) for part, weights in network.state_dict().items()}
    )


def batch_of(states: Sequence[Tensor]) -> Batch:
    """The states of some texts, padded to the longest."""
    padded = nn.utils.rnn.pad_sequence([state.float() for state in states], batch_first=True)
    return padded, torch.arange(padded.shape[1]) < torch.tensor([[len(state)] for state in states])


def _batches(lengths: Sequence[int], chance: random.Random) -> list[list[int]]:
    """Every place once, in batches of texts about as long as each other, in random order."""
    order = list(range(len(lengths)))
    chance.shuffle(order)
    some = 20 * BATCH
    near = [sorted(order[first : first + some], key=lengths.__getitem__) for first in range(0, len(order), some)]
    batches = [part[first : first + BATCH] for part in near for first in range(0, len(part), BATCH)]
    chance.shuffle(batches)
    return batches
