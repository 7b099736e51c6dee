# %% wrong make_mask: the causal mask alone, padding forgotten
# loses make_mask_padding: look at padding
# loses make_mask_causal: look at padding
def make_mask(lengths, time, causal):
    mask = torch.ones(len(lengths), 1, time, time, dtype=torch.bool)
    return mask.tril() if causal else mask

# %% wrong make_mask: True means hidden, as in nn.MultiheadAttention
# loses make_mask_padding: upside down
# loses make_mask_causal: upside down
def make_mask(lengths, time, causal):
    real = torch.arange(time) < lengths.unsqueeze(1)
    mask = real[:, None, None, :].expand(-1, 1, time, time)
    return ~(mask.tril() if causal else mask)

# %% wrong make_mask: padding on the rows instead of the columns
# loses make_mask_padding: rows and columns are swapped
# loses make_mask_causal: not allowed what it should see
def make_mask(lengths, time, causal):
    real = torch.arange(time) < lengths.unsqueeze(1)
    mask = real[:, None, :, None].expand(-1, 1, time, time)
    return mask.tril() if causal else mask

# %% wrong make_mask: a place does not see itself
# loses make_mask_causal: does causal include the place itself
def make_mask(lengths, time, causal):
    real = torch.arange(time) < lengths.unsqueeze(1)
    mask = real[:, None, None, :].expand(-1, 1, time, time)
    return mask.tril(-1) if causal else mask

# %% wrong make_mask: <= counts one place too many
# loses make_mask_padding: look at padding
# loses make_mask_causal: look at padding
def make_mask(lengths, time, causal):
    real = torch.arange(time) <= lengths.unsqueeze(1)
    mask = real[:, None, None, :].expand(-1, 1, time, time)
    return mask.tril() if causal else mask

# %% wrong make_mask: the triangle on the wrong side
# loses make_mask_causal: rows and columns are swapped
def make_mask(lengths, time, causal):
    real = torch.arange(time) < lengths.unsqueeze(1)
    mask = real[:, None, None, :].expand(-1, 1, time, time)
    return mask.triu() if causal else mask

# %% wrong make_mask: always causal
# loses make_mask_padding: nothing causal if causal is False
def make_mask(lengths, time, causal):
    real = torch.arange(time) < lengths.unsqueeze(1)
    return real[:, None, None, :].expand(-1, 1, time, time).tril()

# %% wrong make_mask: without the axis for the heads
# loses make_mask_padding: has shape
# loses make_mask_causal: has shape
def make_mask(lengths, time, causal):
    real = torch.arange(time) < lengths.unsqueeze(1)
    mask = real[:, None, :].expand(-1, time, time)
    return mask.tril() if causal else mask

# %% wrong make_mask: as wide as the longest text
# loses make_mask_padding: has shape
# loses make_mask_causal: has shape
def make_mask(lengths, time, causal):
    time = int(lengths.max())
    real = torch.arange(time) < lengths.unsqueeze(1)
    mask = real[:, None, None, :].expand(-1, 1, time, time)
    return mask.tril() if causal else mask

# %% right make_mask: comparisons that broadcast
def make_mask(lengths, time, causal):
    i, j = torch.arange(time).view(1, 1, time, 1), torch.arange(time).view(1, 1, 1, time)
    mask = (j < lengths.view(-1, 1, 1, 1)) & (i >= 0)
    return mask & (j <= i) if causal else mask

# %% right make_mask: filled row by row
def make_mask(lengths, time, causal):
    mask = torch.zeros(len(lengths), 1, time, time, dtype=torch.bool)
    for b, length in enumerate(lengths.tolist()):
        for i in range(time):
            mask[b, 0, i, : min(length, i + 1) if causal else length] = True
    return mask

# %% wrong attention: no division by √d
# loses attention_values: / √d, d the size
# loses attention_empty: / √d, d the size
# loses attention_gradient: is not F.scaled_dot_product_attention's
# loses multi_head_one: weights: not
# loses multi_head_many: weights: not
# loses multi_head_gradient: gradient of x is not
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1)
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        least = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~mask, least).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong attention: divided by d
# loses attention_values: / √d, d the size
# loses attention_empty: / √d, d the size
# loses attention_gradient: is not F.scaled_dot_product_attention's
# loses multi_head_one: weights: not
# loses multi_head_many: weights: not
# loses multi_head_gradient: gradient of x is not
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / q.shape[-1]
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        least = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~mask, least).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong attention: the softmax runs over the queries
# loses attention_values: do not sum to 1
# loses attention_empty: do not sum to 1
# loses attention_gradient: is not F.scaled_dot_product_attention's
# loses multi_head_one: weights: not
# loses multi_head_many: weights: not
# loses multi_head_gradient: gradient of x is not
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-2)
    else:
        least = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~mask, least).softmax(dim=-2).masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong attention: minus infinity, and a row that sees nothing gives nan
# loses attention_empty: may look nowhere gives nan
# loses multi_head_many: should have weights 0
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights

# %% wrong attention: minus infinity is added, nan_to_num leaves nan in the gradient
# loses attention_empty: nan_to_num or where after the softmax
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, -math.inf)
    weights = scores.softmax(dim=-1).nan_to_num(0.0)
    return weights @ v, weights

# %% right attention: minus infinity by masked_fill, which also stops the nan of the gradient
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(dim=-1).nan_to_num(0.0)
    return weights @ v, weights

# %% wrong attention: -1e9 leaves equal weights where nothing may be seen
# loses attention_empty: should give zeros
# loses multi_head_many: should have weights 0
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights

# %% wrong attention: the mask is applied after the softmax only
# loses attention_values: do not sum to 1
# loses attention_empty: do not sum to 1
# loses attention_gradient: is not F.scaled_dot_product_attention's
# loses multi_head_many: weights: not
# loses multi_head_gradient: gradient of x is not
def attention(q, k, v, mask=None):
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% wrong attention: the mask is upside down
# loses attention_values: do not sum to 1
# loses attention_empty: should give zeros
# loses attention_gradient: is not F.scaled_dot_product_attention's
# loses multi_head_many: weights: not
# loses multi_head_gradient: gradient of x is not
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        least = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(mask, least).softmax(dim=-1).masked_fill(mask, 0.0)
    return weights @ v, weights

# %% wrong attention: a softmax by hand that overflows
# loses attention_gradient: not finite for large scores
def attention(q, k, v, mask=None):
    powers = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).exp()
    if mask is not None:
        powers = powers * mask
    weights = powers / powers.sum(dim=-1, keepdim=True).clamp(min=1e-30)
    return weights @ v, weights

# %% wrong attention: the weights are detached
# loses attention_empty: no gradient reaches q
# loses attention_gradient: no gradient reaches q
# loses multi_head_gradient: gradient of x is not
def attention(q, k, v, mask=None):
    scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).detach()
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        least = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~mask, least).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ v, weights

# %% right attention: PyTorch's function for the output, einsum for the weights
def attention(q, k, v, mask=None):
    scores = torch.einsum("...id,...jd->...ij", q, k) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = torch.where(mask, scores, torch.finfo(q.dtype).min)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = torch.where(mask, weights, 0.0)
    return torch.einsum("...ij,...je->...ie", weights, v), weights

# %% right attention: minus infinity, and rows that see nothing made harmless first
def attention(q, k, v, mask=None):
    scores = q @ k.mT * q.shape[-1] ** -0.5
    if mask is not None:
        mask = mask.expand(scores.shape)
        nowhere = ~mask.any(dim=-1, keepdim=True)
        scores = scores.masked_fill(~(mask | nowhere), -math.inf)
        weights = scores.softmax(dim=-1) * ~nowhere
    else:
        weights = scores.softmax(dim=-1)
    return weights @ v, weights

# %% right attention: exp by hand, the largest score taken off
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    powers = (scores - scores.amax(dim=-1, keepdim=True).detach()).exp() * mask
    weights = powers / (powers.sum(dim=-1, keepdim=True) + (~mask.any(dim=-1, keepdim=True)))
    return weights @ v, weights

# %% wrong multi_head: view without transpose mixes places
# loses multi_head_many: mixes places
# loses multi_head_gradient: gradient of x is not
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, width = x.shape
    q, k, v = (p.reshape(batch, heads, time, -1) for p in F.linear(x, in_weight, in_bias).chunk(3, dim=-1))
    output, weights = attention(q, k, v, mask)
    return F.linear(output.transpose(1, 2).flatten(2), out_weight, out_bias), weights

# %% wrong multi_head: back without transpose
# loses multi_head_many: next to each other
# loses multi_head_gradient: gradient of x is not
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, width = x.shape
    parts = F.linear(x, in_weight, in_bias).chunk(3, dim=-1)
    q, k, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts)
    output, weights = attention(q, k, v, mask)
    return F.linear(output.reshape(batch, time, width), out_weight, out_bias), weights

# %% wrong multi_head: the output layer is forgotten
# loses multi_head_one: apply the output layer
# loses multi_head_many: apply the output layer
# loses multi_head_gradient: gradient of x is not
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, _ = x.shape
    parts = F.linear(x, in_weight, in_bias).chunk(3, dim=-1)
    q, k, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts)
    output, weights = attention(q, k, v, mask)
    return output.transpose(1, 2).flatten(2) + 0 * (out_weight.sum() + out_bias.sum()), weights

# %% wrong multi_head: queries and keys exchanged
# loses multi_head_one: queries, keys, values in this order
# loses multi_head_many: queries, keys, values in this order
# loses multi_head_gradient: gradient of x is not
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, _ = x.shape
    parts = F.linear(x, in_weight, in_bias).chunk(3, dim=-1)
    k, q, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts)
    output, weights = attention(q, k, v, mask)
    return F.linear(output.transpose(1, 2).flatten(2), out_weight, out_bias), weights

# %% wrong multi_head: one attention over the whole width, copied for each head
# loses multi_head_many: weights: not nn.MultiheadAttention's
# loses multi_head_gradient: gradient of x is not
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    q, k, v = F.linear(x, in_weight, in_bias).chunk(3, dim=-1)
    mask = mask[:, 0] if mask is not None and mask.dim() == 4 else mask
    output, weights = attention(q, k, v, mask)
    return F.linear(output, out_weight, out_bias), weights.unsqueeze(1).expand(-1, heads, -1, -1)

# %% wrong multi_head: the mask is not handed on
# loses multi_head_many: weights: not nn.MultiheadAttention's
# loses multi_head_gradient: gradient of x is not
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, _ = x.shape
    parts = F.linear(x, in_weight, in_bias).chunk(3, dim=-1)
    q, k, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts)
    output, weights = attention(q, k, v)
    return F.linear(output.transpose(1, 2).flatten(2), out_weight, out_bias), weights

# %% wrong multi_head: the biases are forgotten
# loses multi_head_one: weights: not nn.MultiheadAttention's
# loses multi_head_many: weights: not nn.MultiheadAttention's
# loses multi_head_gradient: gradient of x is not
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, _ = x.shape
    parts = F.linear(x, in_weight).chunk(3, dim=-1)
    q, k, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts)
    output, weights = attention(q, k, v, mask)
    return F.linear(output.transpose(1, 2).flatten(2), out_weight) + 0 * (in_bias.sum() + out_bias.sum()), weights

# %% wrong multi_head: averaged weights, as PyTorch gives by default
# loses multi_head_one: weights has shape
# loses multi_head_many: weights has shape
# loses multi_head_gradient: weights has shape
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, _ = x.shape
    parts = F.linear(x, in_weight, in_bias).chunk(3, dim=-1)
    q, k, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts)
    output, weights = attention(q, k, v, mask)
    return F.linear(output.transpose(1, 2).flatten(2), out_weight, out_bias), weights.mean(dim=1)

# %% wrong multi_head: its own softmax, nan for a place that sees nothing
# loses multi_head_many: should have weights 0
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    q, k, v = F.linear(x, in_weight, in_bias).unflatten(2, (3, heads, -1)).permute(2, 0, 3, 1, 4)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(dim=-1)
    return F.linear((weights @ v).transpose(1, 2).flatten(2), out_weight, out_bias), weights

# %% wrong multi_head: zeros as output, out_bias too, for a place that sees nothing
# loses multi_head_many: only out_bias is left
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    q, k, v = F.linear(x, in_weight, in_bias).unflatten(2, (3, heads, -1)).permute(2, 0, 3, 1, 4)
    output, weights = attention(q, k, v, mask)
    output = F.linear(output.transpose(1, 2).flatten(2), out_weight, out_bias)
    return output * (weights.sum(dim=(1, 3)) > 0).unsqueeze(2), weights

# %% wrong multi_head: one mask for all heads
# loses multi_head_many: weights
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    if mask is not None and mask.dim() > 2:
        mask = mask[..., :1, :, :]
    q, k, v = F.linear(x, in_weight, in_bias).unflatten(2, (3, heads, -1)).permute(2, 0, 3, 1, 4)
    output, weights = attention(q, k, v, mask)
    return F.linear(output.transpose(1, 2).flatten(2), out_weight, out_bias), weights

# %% right multi_head: a loop over the heads
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    batch, time, width = x.shape
    if mask is not None:
        mask = mask.expand(batch, heads, time, time)
    size, outputs, all_weights = width // heads, [], []
    for h in range(heads):
        rows = [in_weight[p * width + h * size : p * width + (h + 1) * size] for p in range(3)]
        biases = [in_bias[p * width + h * size : p * width + (h + 1) * size] for p in range(3)]
        q, k, v = (x @ w.T + b for w, b in zip(rows, biases))
        output, weights = attention(q, k, v, None if mask is None else mask[:, h])
        outputs.append(output)
        all_weights.append(weights)
    return torch.cat(outputs, dim=-1) @ out_weight.T + out_bias, torch.stack(all_weights, dim=1)

# %% right multi_head: unflatten and permute
def multi_head(x, in_weight, in_bias, out_weight, out_bias, heads, mask=None):
    q, k, v = F.linear(x, in_weight, in_bias).unflatten(2, (3, heads, -1)).permute(2, 0, 3, 1, 4)
    output, weights = attention(q, k, v, mask)
    return F.linear(output.permute(0, 2, 1, 3).reshape(x.shape), out_weight, out_bias), weights

# %% wrong rotate: pairs of neighbours, as in the first paper
# loses rotate_values: not the turn of each pair
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    speeds = base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = places.unsqueeze(-1) * speeds
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong rotate: clockwise
# loses rotate_values: do the signs fit
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() + b * angle.sin(), b * angle.cos() - a * angle.sin()], dim=-1)

# %% wrong rotate: both signs are plus, which is no turn
# loses rotate_values: not the turn of each pair
# loses rotate_properties: changes no length
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() + b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong rotate: 0, 1, 2, ... in place of the places
# loses rotate_values: not turned at all
# loses rotate_properties: turned twice
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    places = torch.arange(x.shape[-2])
    angle = places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong rotate: speeds with the wrong power
# loses rotate_values: the first turned fastest
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * base ** (-torch.arange(d // 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong rotate: sinusoids are added, not turned
# loses rotate_values: not turned at all
# loses rotate_properties: changes no length
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    return x + torch.cat([angle.sin(), angle.cos()], dim=-1)

# %% wrong rotate: base is fixed
# loses rotate_values: not the turn of each pair
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * 100.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong rotate: the old first half is lost before the second needs it
# loses rotate_values: not the turn of each pair
# loses rotate_properties: changes no length
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    a = a * angle.cos() - b * angle.sin()
    b = a * angle.sin() + b * angle.cos()
    return torch.cat([a, b], dim=-1)

# %% right rotate: complex numbers
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    turned = torch.complex(a, b) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([turned.real, turned.imag], dim=-1)

# %% right rotate: cosine times x, plus sine times x with its halves exchanged
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = torch.outer(places.to(x.dtype), torch.tensor([base ** (-2 * m / d) for m in range(d // 2)], dtype=x.dtype))
    cos, sin = angle.cos().repeat(1, 2), angle.sin().repeat(1, 2)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return x * cos + torch.cat([-b, a], dim=-1) * sin

# %% wrong prenorm: post-norm
# loses prenorm_values: this is post-norm
# loses prenorm_mask: not what nn.TransformerEncoderLayer gives
def prenorm(block, x, mask=None):
    hidden = None if mask is None else ~mask
    x = block.norm1(x + block.attend(x, x, x, attn_mask=hidden, need_weights=False)[0])
    return block.norm2(x + block.down(F.gelu(block.up(x))))

# %% wrong prenorm: added to the normalised copy
# loses prenorm_values: not to the normalised copy
# loses prenorm_mask: not what nn.TransformerEncoderLayer gives
def prenorm(block, x, mask=None):
    hidden = None if mask is None else ~mask
    x = block.norm1(x)
    x = x + block.attend(x, x, x, attn_mask=hidden, need_weights=False)[0]
    x = block.norm2(x)
    return x + block.down(F.gelu(block.up(x)))

# %% wrong prenorm: the second residual is forgotten
# loses prenorm_values: added to x itself
# loses prenorm_mask: not what nn.TransformerEncoderLayer gives
def prenorm(block, x, mask=None):
    normed = block.norm1(x)
    hidden = None if mask is None else ~mask
    x = x + block.attend(normed, normed, normed, attn_mask=hidden, need_weights=False)[0]
    return block.down(F.gelu(block.up(block.norm2(x))))

# %% wrong prenorm: the mask is handed on as it is
# loses prenorm_mask: True means may look
def prenorm(block, x, mask=None):
    normed = block.norm1(x)
    x = x + block.attend(normed, normed, normed, attn_mask=mask, need_weights=False)[0].nan_to_num()
    return x + block.down(F.gelu(block.up(block.norm2(x))))

# %% wrong prenorm: both halves at once, in parallel
# loses prenorm_values: each half its own norm
# loses prenorm_mask: not what nn.TransformerEncoderLayer gives
def prenorm(block, x, mask=None):
    normed = block.norm1(x)
    hidden = None if mask is None else ~mask
    seen = block.attend(normed, normed, normed, attn_mask=hidden, need_weights=False)[0]
    return x + seen + block.down(F.gelu(block.up(block.norm2(x))))

# %% wrong prenorm: only the queries are normalised
# loses prenorm_values: not nn.TransformerEncoderLayer
# loses prenorm_mask: not what nn.TransformerEncoderLayer gives
def prenorm(block, x, mask=None):
    hidden = None if mask is None else ~mask
    x = x + block.attend(block.norm1(x), x, x, attn_mask=hidden, need_weights=False)[0]
    return x + block.down(F.gelu(block.up(block.norm2(x))))

# %% wrong prenorm: relu in place of gelu
# loses prenorm_values: is gelu between up and down
# loses prenorm_mask: not what nn.TransformerEncoderLayer gives
def prenorm(block, x, mask=None):
    normed = block.norm1(x)
    hidden = None if mask is None else ~mask
    x = x + block.attend(normed, normed, normed, attn_mask=hidden, need_weights=False)[0]
    return x + block.down(F.relu(block.up(block.norm2(x))))

# %% wrong prenorm: x is changed in place
# loses prenorm_values: changed
# loses prenorm_mask: changed
def prenorm(block, x, mask=None):
    normed = block.norm1(x)
    hidden = None if mask is None else ~mask
    with torch.no_grad():
        x += block.attend(normed, normed, normed, attn_mask=hidden, need_weights=False)[0]
    return x + block.down(F.gelu(block.up(block.norm2(x))))

# %% wrong prenorm: always the causal mask
# loses prenorm_mask: not what this mask says
def prenorm(block, x, mask=None):
    hidden = None if mask is None else torch.ones_like(mask).triu(1)
    y = block.norm1(x)
    x = x + block.attend(y, y, y, attn_mask=hidden, need_weights=False)[0]
    return x + block.down(F.gelu(block.up(block.norm2(x))))

# %% right prenorm: with multi_head
def prenorm(block, x, mask=None):
    a = block.attend
    seen, _ = multi_head(
        block.norm1(x), a.in_proj_weight, a.in_proj_bias, a.out_proj.weight, a.out_proj.bias, a.num_heads, mask
    )
    x = x + seen
    return x + block.down(nn.GELU()(block.up(block.norm2(x))))

# %% right prenorm: a float mask
def prenorm(block, x, mask=None):
    if mask is not None:
        mask = torch.zeros(mask.shape, dtype=x.dtype).masked_fill(~mask, -math.inf)
    n = block.norm1(x)
    seen, _ = block.attend(n, n, n, attn_mask=mask)
    between = x + seen
    return between + block.down(F.gelu(block.up(block.norm2(between))))

# %% wrong cached_attention: the triangle starts at the top left
# loses cached_attention_parts: forgets the cache
def cached_attention(q, k, v, cache=None):
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    return F.scaled_dot_product_attention(q, k, v, is_causal=True), (k, v)

# %% wrong cached_attention: new places see each other's future
# loses cached_attention_parts: at no later one
def cached_attention(q, k, v, cache=None):
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    return attention(q, k, v)[0], (k, v)

# %% wrong cached_attention: the new places in front of the old ones
# loses cached_attention_parts: not all places so far, in order
def cached_attention(q, k, v, cache=None):
    new = q.shape[2]
    if cache is not None:
        k, v = torch.cat([k, cache[0]], dim=2), torch.cat([v, cache[1]], dim=2)
    mask = torch.ones(new, k.shape[2], dtype=torch.bool).tril(k.shape[2] - new)
    return attention(q, k, v, mask)[0], (k, v)

# %% wrong cached_attention: only the new places are handed on
# loses cached_attention_parts: not all places so far
def cached_attention(q, k, v, cache=None):
    old = k, v
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
    return attention(q, k, v, mask)[0], old

# %% wrong cached_attention: without a cache nothing is masked
# loses cached_attention_parts: at no later one
def cached_attention(q, k, v, cache=None):
    if cache is None:
        return attention(q, k, v)[0], (k, v)
    k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
    return attention(q, k, v, mask)[0], (k, v)

# %% right cached_attention: places compared
def cached_attention(q, k, v, cache=None):
    before = 0 if cache is None else cache[0].shape[2]
    if before:
        k, v = torch.cat((cache[0], k), dim=-2), torch.cat((cache[1], v), dim=-2)
    mask = torch.arange(k.shape[2]) <= before + torch.arange(q.shape[2]).unsqueeze(1)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask), (k, v)

# %% right cached_attention: one new place after the other
def cached_attention(q, k, v, cache=None):
    before = 0 if cache is None else cache[0].shape[2]
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    outputs = [
        attention(q[:, :, i : i + 1], k[:, :, : before + i + 1], v[:, :, : before + i + 1])[0] for i in range(q.shape[2])
    ]
    return torch.cat(outputs, dim=2), (k, v)

# %% wrong cached_attention: the scores are not scaled
# loses cached_attention_parts: divided by nothing
def cached_attention(q, k, v, cache=None):
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=1.0), (k, v)

# %% wrong cached_attention: scaled by size, without the root
# loses cached_attention_parts: without the root
def cached_attention(q, k, v, cache=None):
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=1 / q.shape[-1]), (k, v)

# %% wrong cached_attention: scaled by the width of all heads
# loses cached_attention_parts: by √size, here
def cached_attention(q, k, v, cache=None):
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=(q.shape[1] * q.shape[3]) ** -0.5), (k, v)

# %% wrong cached_attention: the cache is detached
# loses cached_attention_parts: detached
def cached_attention(q, k, v, cache=None):
    if cache is not None:
        k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask), (k.detach(), v.detach())

# %% wrong cached_attention: the old cache grows in place
# loses cached_attention_parts: cached_attention changed a list it was given
def cached_attention(q, k, v, cache=None):
    if cache is None:
        cache = [k, v]
    else:
        cache[0], cache[1] = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
    mask = torch.ones(q.shape[2], cache[0].shape[2], dtype=torch.bool).tril(cache[0].shape[2] - q.shape[2])
    return F.scaled_dot_product_attention(q, cache[0], cache[1], attn_mask=mask), cache

# %% wrong generate: everything again for each token
# loses generate_work: Hand in only the new token
def generate(model, ids, steps):
    with torch.no_grad():
        for _ in range(steps):
            logits, _ = model(ids)
            ids = torch.cat([ids, logits[:, -1].argmax(dim=-1, keepdim=True)], dim=1)
    return ids

# %% wrong generate: the last token is handed in, too
# loses generate_work: not the last one written
def generate(model, ids, steps):
    with torch.no_grad():
        logits, caches = model(ids)
        for _ in range(steps):
            new = logits[:, -1].argmax(dim=-1, keepdim=True)
            ids = torch.cat([ids, new], dim=1)
            logits, caches = model(new, caches)
    return ids

# %% wrong generate: new token without its caches
# loses generate_text: with the newest caches
def generate(model, ids, steps):
    with torch.no_grad():
        new = ids
        for _ in range(steps):
            logits, _ = model(new)
            new = logits[:, -1].argmax(dim=-1, keepdim=True)
            ids = torch.cat([ids, new], dim=1)
    return ids

# %% wrong generate: the whole text is handed in with the caches
# loses generate_text: stopped with RuntimeError
# loses generate_work: stopped with RuntimeError
def generate(model, ids, steps):
    with torch.no_grad():
        caches = None
        for _ in range(steps):
            logits, caches = model(ids, caches)
            ids = torch.cat([ids, logits[:, -1].argmax(dim=-1, keepdim=True)], dim=1)
    return ids

# %% wrong generate: a graph is recorded
# loses generate_work: a graph is recorded
def generate(model, ids, steps):
    new, caches = ids, None
    for _ in range(steps):
        logits, caches = model(new, caches)
        new = logits[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, new], dim=1)
    return ids

# %% wrong generate: the model is left in eval mode
# loses generate_work: mode was changed
@torch.no_grad()
def generate(model, ids, steps):
    model.eval()
    new, caches = ids, None
    for _ in range(steps):
        logits, caches = model(new, caches)
        new = logits[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, new], dim=1)
    return ids

# %% wrong generate: gradients stay switched off
# loses generate_work: gradients are switched off
def generate(model, ids, steps):
    torch.set_grad_enabled(False)
    new, caches = ids, None
    for _ in range(steps):
        logits, caches = model(new, caches)
        new = logits[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, new], dim=1)
    return ids

# %% wrong generate: the parameters need no gradient any more
# loses generate_work: requires_grad is off
def generate(model, ids, steps):
    model.requires_grad_(False)
    new, caches = ids, None
    for _ in range(steps):
        logits, caches = model(new, caches)
        new = logits[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, new], dim=1)
    return ids

# %% wrong generate: the logits of the first place
# loses generate_text: logits of the last place
def generate(model, ids, steps):
    with torch.no_grad():
        new, caches = ids, None
        for _ in range(steps):
            logits, caches = model(new, caches)
            new = logits[:, 0].argmax(dim=-1, keepdim=True)
            ids = torch.cat([ids, new], dim=1)
    return ids

# %% wrong generate: the caches of the prompt, for ever
# loses generate_text: newest caches
def generate(model, ids, steps):
    with torch.no_grad():
        new, caches = ids, None
        for _ in range(steps):
            logits, made = model(new, caches)
            caches = caches or made
            new = logits[:, -1].argmax(dim=-1, keepdim=True)
            ids = torch.cat([ids, new], dim=1)
    return ids

# %% wrong generate: the continuation without the prompt
# loses generate_text: the text has shape
def generate(model, ids, steps):
    with torch.no_grad():
        new, caches, written = ids, None, [ids[:, :0]]
        for _ in range(steps):
            logits, caches = model(new, caches)
            new = logits[:, -1].argmax(dim=-1, keepdim=True)
            written.append(new)
    return torch.cat(written, dim=1)

# %% right generate: a list, joined at the end
@torch.no_grad()
def generate(model, ids, steps):
    text, caches = [ids], None
    while len(text) <= steps:
        logits, caches = model(text[-1], caches)
        text.append(logits[:, -1:].argmax(dim=2))
    return torch.cat(text, dim=1)

# %% right generate: room for all, filled in
def generate(model, ids, steps):
    time = ids.shape[1]
    text = F.pad(ids, (0, steps))
    caches, done = None, 0
    with torch.inference_mode():
        for place in range(time, time + steps):
            logits, caches = model(text[:, done:place], caches)
            text[:, place], done = logits[:, -1].max(dim=1).indices, place
    return text

# %% wrong lab_look: weights without a graph
# loses lab_look_repaired: cannot be learnt
def lab_look(q, k, v):
    with torch.no_grad():
        future = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).triu(1)
        weights = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(future, -math.inf).softmax(dim=-1)
    return weights @ v, weights

# %% wrong lab_look: the softmax is repaired, the mask is not
# loses lab_look_repaired: still looks at its future
def lab_look(q, k, v):
    time = q.shape[1]
    mask = torch.ones(time, time, dtype=torch.bool).tril()
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    weights = scores.masked_fill(mask, -math.inf).softmax(dim=2).nan_to_num(0.0)
    return weights @ v, weights

# %% wrong lab_look: the mask is repaired, the softmax is not
# loses lab_look_repaired: shares a softmax
def lab_look(q, k, v):
    time = q.shape[1]
    mask = torch.ones(time, time, dtype=torch.bool).tril()
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    weights = scores.masked_fill(~mask, -math.inf).softmax(dim=1).nan_to_num(0.0)
    return weights @ v, weights

# %% wrong lab_look: a place does not see itself
# loses lab_look_repaired: do not sum to 1
def lab_look(q, k, v):
    time = q.shape[1]
    mask = torch.ones(time, time, dtype=torch.bool).tril(-1)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    weights = scores.masked_fill(~mask, -math.inf).softmax(dim=2).nan_to_num(0.0)
    return weights @ v, weights

# %% wrong lab_look: the triangle turned over, the softmax left
# loses lab_look_repaired: shares a softmax
def lab_look(q, k, v):
    time = q.shape[1]
    mask = torch.ones(time, time, dtype=torch.bool).triu(1)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    weights = scores.masked_fill(mask, -math.inf).softmax(dim=1)
    return weights @ v, weights

# %% wrong lab_look: masked after the softmax
# loses lab_look_repaired: shares a softmax
def lab_look(q, k, v):
    time = q.shape[1]
    mask = torch.ones(time, time, dtype=torch.bool).tril()
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    weights = scores.softmax(dim=2) * mask
    return weights @ v, weights

# %% right lab_look: with attention
def lab_look(q, k, v):
    return attention(q, k, v, torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).tril())

# %% right lab_look: the mask is True in the future
def lab_look(q, k, v):
    time = q.shape[1]
    mask = torch.ones(time, time, dtype=torch.bool).triu(1)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    weights = scores.masked_fill(mask, -math.inf).softmax(dim=-1)
    return weights @ v, weights

# %% wrong lab_causes: the scale is blamed
# loses lab_causes_letters: not the two causes
def lab_causes():
    return "ab"

# %% wrong lab_causes: the places are blamed
# loses lab_causes_letters: not the two causes
def lab_causes():
    return "de"

# %% wrong lab_causes: only one letter
# loses lab_causes_letters: two different letters
def lab_causes():
    return "b"

# %% right lab_causes: the other order, in capitals
def lab_causes():
    return " DB "

# %% wrong rotate: the speeds in float32 whatever the dtype
# loses rotate_values: only the last digits differ
def rotate(x, places, base=100.0):
    d = x.shape[-1]
    angle = places.unsqueeze(-1) * base ** (-torch.arange(0, d, 2) / d)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% equivalent attention: scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]) -> scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
# because exchanging two axes has no direction

# %% equivalent multi_head: q, k, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts) -> q, k, v = (part.view(batch, time, heads, -1).transpose(2, 1) for part in parts)
# because exchanging two axes has no direction

# %% equivalent multi_head: return (F.linear(output.transpose(1, 2).flatten(2), out_weight, out_bias), weights) -> return (F.linear(output.transpose(2, 1).flatten(2), out_weight, out_bias), weights)
# because exchanging two axes has no direction

# %% equivalent rotate: angle = places.unsqueeze(-1) * speeds -> angle = places.unsqueeze(1) * speeds
# because places has one axis, and the new one comes last either way

# %% equivalent prenorm: x = x + block.attend(normed, normed, normed, attn_mask=hidden, need_weights=False)[0] -> x = x + block.attend(normed, normed, normed, attn_mask=hidden)[0]
# because need_weights only decides whether the weights are returned as well

# %% equivalent prenorm: x = x + block.attend(normed, normed, normed, attn_mask=hidden, need_weights=False)[0] -> x = x + block.attend(normed, normed, normed, attn_mask=hidden, need_weights=True)[0]
# because need_weights only decides whether the weights are returned as well

# %% equivalent generate: new = logits[:, -1].argmax(dim=-1, keepdim=True) -> new = logits[:, -1].argmax(dim=1, keepdim=True)
# because the logits of the last place have two axes, and 1 is the last
