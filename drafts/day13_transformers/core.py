"""Day 13's hand-built parts, each checked against torch. Light: under 3 s of CPU."""
import math
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(0)


def attention(q, k, v, mask=None):
    """q (..., L, d), k (..., S, d), v (..., S, e); mask: True where a query may look. Returns output, weights."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (..., L, S)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


def causal(length, before=0):
    """(length, before + length): query i stands at place before + i, and sees the places up to its own."""
    return torch.ones(length, before + length, dtype=torch.bool).tril(before)


def angles(places, d, base=100.0):
    return places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2) / d)  # (places, d / 2)


def rotate(x, angle):
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)


class SelfAttention(nn.Module):
    def __init__(self, width, heads, rotary=True):
        super().__init__()
        self.heads, self.rotary = heads, rotary
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, mask=None, cache=None):
        batch, time, width = x.shape
        q, k, v = self.qkv(x).view(batch, time, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        before = cache[0].shape[2] if cache else 0
        if self.rotary:
            angle = angles(torch.arange(before, before + time), q.shape[-1])
            q, k = rotate(q, angle), rotate(k, angle)
        if cache:
            k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
        y, self.weights = attention(q, k, v, mask)
        return self.out(y.transpose(1, 2).reshape(batch, time, width)), (k, v)


class Block(nn.Module):
    def __init__(self, width, heads, rotary=True):
        super().__init__()
        self.norm1, self.attend = nn.LayerNorm(width), SelfAttention(width, heads, rotary)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x, mask=None, cache=None):
        seen, cache = self.attend(self.norm1(x), mask, cache)
        x = x + seen
        return x + self.mlp(self.norm2(x)), cache


class GPT(nn.Module):
    def __init__(self, vocab, width, heads, depth):
        super().__init__()
        self.embedding = nn.Embedding(vocab, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocab, bias=False)

    def forward(self, ids, caches=None):
        before = caches[0][0].shape[2] if caches else 0
        x, new = self.embedding(ids), []
        for i, block in enumerate(self.blocks):
            x, cache = block(x, causal(ids.shape[1], before), caches[i] if caches else None)
            new.append(cache)
        return self.head(self.norm(x)), new


if __name__ == "__main__":
    # attention, value and gradient
    q, k, v = (torch.randn(s, requires_grad=True) for s in ((2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 4)))
    mask = torch.rand(5, 7) < 0.7
    mask[:, 0] = True
    ours, theirs = attention(q, k, v, mask)[0], F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    torch.testing.assert_close(ours, theirs)
    push = torch.randn_like(ours)
    for a, b in zip(*(torch.autograd.grad(o, (q, k, v), push) for o in (ours, theirs))):
        torch.testing.assert_close(a, b)
    # heads = nn.MultiheadAttention (True hides there)
    m, x = SelfAttention(12, 3, rotary=False), torch.randn(2, 6, 12)
    t = nn.MultiheadAttention(12, 3, batch_first=True)
    t.load_state_dict({"in_proj_weight": m.qkv.weight, "in_proj_bias": m.qkv.bias, "out_proj.weight": m.out.weight, "out_proj.bias": m.out.bias})
    y, w = t(x, x, x, attn_mask=~causal(6), average_attn_weights=False)
    torch.testing.assert_close(m(x, causal(6))[0], y)
    torch.testing.assert_close(m.weights, w)
    # block = nn.TransformerEncoderLayer(norm_first=True)
    b = Block(12, 3, rotary=False)
    e = nn.TransformerEncoderLayer(12, 3, 48, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
    e.load_state_dict({**{f"self_attn.{n}": p for n, p in {"in_proj_weight": b.attend.qkv.weight, "in_proj_bias": b.attend.qkv.bias, "out_proj.weight": b.attend.out.weight, "out_proj.bias": b.attend.out.bias}.items()},
        "linear1.weight": b.mlp[0].weight, "linear1.bias": b.mlp[0].bias, "linear2.weight": b.mlp[2].weight, "linear2.bias": b.mlp[2].bias,
        "norm1.weight": b.norm1.weight, "norm1.bias": b.norm1.bias, "norm2.weight": b.norm2.weight, "norm2.bias": b.norm2.bias})
    torch.testing.assert_close(b(x, causal(6))[0], e(x, src_mask=~causal(6)))
    # rotary: score depends on the distance only, lengths kept
    a, c = torch.randn(8), torch.randn(8)
    at = lambda z, p: rotate(z, angles(torch.tensor(float(p)), 8))
    torch.testing.assert_close(at(a, 5) @ at(c, 2), at(a, 25) @ at(c, 22))
    torch.testing.assert_close(at(a, 9).norm(), a.norm())
    # GPT: future, row = batch of one, cache in uneven parts = full
    g, ids = GPT(20, 24, 3, 2), torch.randint(20, (3, 11))
    full = g(ids)[0]
    other = ids.clone(); other[:, 6:] = (other[:, 6:] + 1) % 20
    changed = (g(other)[0] != full).any(dim=2)
    assert not changed[:, :6].any() and changed[:, 6:].all()
    torch.testing.assert_close(g(ids[1:2])[0], full[1:2])
    caches, parts = None, []
    for part in ids.split([4, 1, 1, 3, 2], dim=1):
        logits, caches = g(part, caches)
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, dim=1), full)
    # the trap: is_causal aligns at the top left when there is a cache
    q1 = q[..., :1, :]
    torch.testing.assert_close(F.scaled_dot_product_attention(q1, k, v, is_causal=True), v[..., :1, :])
    # docs and equal starts of nn.TransformerEncoder
    assert "reference implementation" in " ".join(nn.TransformerEncoder.__doc__.split())
    s = nn.TransformerEncoder(e, 2, enable_nested_tensor=False)
    assert all(torch.equal(p, q) for p, q in zip(s.layers[0].parameters(), s.layers[1].parameters()))
    print("all equal")
