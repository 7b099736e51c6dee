# %% wrong collate_pairs: the target is not shifted
# loses collate_pairs_target: the decoder would read what it must write
def collate_pairs(pairs):
    def pad(rows):
        return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD)

    targets = pad([[BOS, *target, EOS] for _, target in pairs])
    return pad([[*s, EOS] for s, _ in pairs]), torch.tensor([len(s) + 1 for s, _ in pairs]), targets, targets


# %% wrong collate_pairs: EOS is not counted in the lengths
# loses collate_pairs_source: EOS counted
def collate_pairs(pairs):
    def pad(rows):
        return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD)

    inputs, answers = pad([[BOS, *t] for _, t in pairs]), pad([[*t, EOS] for _, t in pairs])
    return pad([[*s, EOS] for s, _ in pairs]), torch.tensor([len(s) for s, _ in pairs]), inputs, answers


# %% wrong collate_pairs: answers cut from the padded inputs, so that short rows lose their EOS
# loses collate_pairs_target: answers: the target, then EOS
def collate_pairs(pairs):
    def pad(rows):
        return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD)

    inputs = pad([[BOS, *t] for _, t in pairs])
    answers = torch.cat([inputs[:, 1:], torch.full((len(pairs), 1), EOS)], dim=1)
    return pad([[*s, EOS] for s, _ in pairs]), torch.tensor([len(s) + 1 for s, _ in pairs]), inputs, answers


# %% right collate_pairs: rows written into full tensors
def collate_pairs(pairs):
    wide, high = max(len(s) for s, _ in pairs) + 1, max(len(t) for _, t in pairs) + 1
    source = torch.full((len(pairs), wide), PAD)
    inputs, answers = torch.full((len(pairs), high), PAD), torch.full((len(pairs), high), PAD)
    lengths = torch.zeros(len(pairs), dtype=torch.int64)
    for row, (s, t) in enumerate(pairs):
        source[row, : len(s) + 1] = torch.tensor([*s, EOS])
        inputs[row, : len(t) + 1] = torch.tensor([BOS, *t])
        answers[row, : len(t) + 1] = torch.tensor([*t, EOS])
        lengths[row] = len(s) + 1
    return source, lengths, inputs, answers


# %% right collate_pairs: plain lists padded by hand
def collate_pairs(pairs):
    def pad(rows):
        longest = max(len(row) for row in rows)
        return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])

    source = [list(s) + [EOS] for s, _ in pairs]
    lengths = torch.tensor([len(row) for row in source])
    return [pad(source), lengths, pad([[BOS] + list(t) for _, t in pairs]), pad([list(t) + [EOS] for _, t in pairs])]


# %% wrong attend: no mask
# loses attend_values: weights are not the softmax
# loses attend_padding: changes with what stands in the padding
# loses attend_gradient: is not that of F.scaled_dot_product_attention
def attend(queries, keys, values, mask):
    weights = (queries @ keys.transpose(1, 2)).softmax(dim=-1)
    return weights @ values, weights


# %% wrong attend: padding gets the score 0
# loses attend_values: do not sum to 1
# loses attend_padding: nan in the padding comes through
# loses attend_gradient: is not that of F.scaled_dot_product_attention
def attend(queries, keys, values, mask):
    hidden = ~mask.unsqueeze(1)
    weights = (queries @ keys.transpose(1, 2)).masked_fill(hidden, 0.0).softmax(dim=-1).masked_fill(hidden, 0.0)
    return weights @ values, weights


# %% wrong attend: nan in the padding gets through the weighted sum
# loses attend_padding: nan in the padding comes through
# loses attend_gradient: has nan
def attend(queries, keys, values, mask):
    hidden = ~mask.unsqueeze(1)
    scores = (queries @ keys.transpose(1, 2)).masked_fill(hidden, -math.inf)
    weights = scores.softmax(dim=-1).masked_fill(hidden, 0.0)
    return weights @ values, weights


# %% wrong attend: scaled by the root of the width
# loses attend_values: weights are not the softmax
# loses attend_padding: weights are not the softmax
# loses attend_gradient: is not that of F.scaled_dot_product_attention
def attend(queries, keys, values, mask):
    padding, hidden = ~mask.unsqueeze(-1), ~mask.unsqueeze(1)
    keys, values = keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)
    scores = (queries @ keys.transpose(1, 2)) / math.sqrt(queries.shape[-1])
    weights = scores.masked_fill(hidden, -math.inf).softmax(dim=-1).masked_fill(hidden, 0.0)
    return weights @ values, weights


# %% wrong attend: a row without any real place gives nan
# loses attend_padding: a row without any real place gives nan
def attend(queries, keys, values, mask):
    padding = ~mask.unsqueeze(-1)
    keys, values = keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)
    scores = (queries @ keys.transpose(1, 2)).masked_fill(~mask.unsqueeze(1), -math.inf)
    weights = scores.softmax(dim=-1)
    return weights @ values, weights


# %% right attend: einsum, and the dtype's least number
def attend(queries, keys, values, mask):
    keys = torch.where(mask[:, :, None], keys, torch.zeros_like(keys))
    values = torch.where(mask[:, :, None], values, torch.zeros_like(values))
    scores = torch.einsum("bsw,btw->bst", queries, keys)
    scores = scores.masked_fill(~mask[:, None], torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1).masked_fill(~mask[:, None], 0.0)
    return torch.einsum("bst,btv->bsv", weights, values), weights


# %% right attend: exp and sum by hand
def attend(queries, keys, values, mask):
    keys = keys.masked_fill(~mask.unsqueeze(-1), 0.0)
    values = values.masked_fill(~mask.unsqueeze(-1), 0.0)
    scores = torch.bmm(queries, keys.mT)
    scores = scores - scores.masked_fill(~mask.unsqueeze(1), torch.finfo(scores.dtype).min).amax(dim=-1, keepdim=True)
    unnormalised = scores.masked_fill(~mask.unsqueeze(1), -math.inf).exp()
    weights = unnormalised / unnormalised.sum(dim=-1, keepdim=True).clamp(min=1e-30)
    return torch.bmm(weights, values), weights


# %% wrong beam_search: greedy whatever the width
# loses beam_search_exhaustive: trying everything finds
# loses beam_search_between: width 2 should keep [5]
def beam_search(next_log_p, width, limit):
    tokens, total = [], 0.0
    while len(tokens) < limit and EOS not in tokens:
        log_p = next_log_p(tokens)
        token = log_p.argmax().item()
        total += log_p[token].item()
        tokens = [*tokens, token]
    return tokens, total


# %% wrong beam_search: width for each beginning instead of for all together
# loses beam_search_between: more than width
def beam_search(next_log_p, width, limit):
    growing, done = [(0.0, [])], []
    for _ in range(limit):
        best = []
        for log_p, tokens in growing:
            row = [(log_p + p, [*tokens, t]) for t, p in enumerate(next_log_p(tokens).tolist()) if p > -math.inf]
            best += sorted(row, key=lambda entry: entry[0], reverse=True)[:width]
        done += [entry for entry in best if entry[1][-1] == EOS]
        growing = [entry for entry in best if entry[1][-1] != EOS]
        if not growing:
            break
    log_p, tokens = max(done + growing, key=lambda entry: entry[0])
    return tokens, log_p


# %% wrong beam_search: the first finished one wins
# loses beam_search_exhaustive: Are finished ones kept
# loses beam_search_between: however many are finished already
def beam_search(next_log_p, width, limit):
    growing = [(0.0, [])]
    for _ in range(limit):
        extended = [
            (log_p + p, [*tokens, t])
            for log_p, tokens in growing
            for t, p in enumerate(next_log_p(tokens).tolist())
            if p > -math.inf
        ]
        growing = sorted(extended, key=lambda entry: entry[0], reverse=True)[:width]
        done = [entry for entry in growing if entry[1][-1] == EOS]
        if done:
            return done[0][1], done[0][0]
    return growing[0][1], growing[0][0]


# %% right beam_search: a heap's nlargest, and a running best
def beam_search(next_log_p, width, limit):
    import heapq

    beam, best = [([], 0.0)], None
    for step in range(limit):
        grown = []
        for tokens, total in beam:
            grown += [(tokens + [t], total + p) for t, p in enumerate(next_log_p(tokens).tolist()) if p != -math.inf]
        beam = []
        for entry in heapq.nlargest(width, grown, key=lambda entry: entry[1]):
            finished = entry[0][-1] == EOS or step == limit - 1
            if finished and (best is None or entry[1] > best[1]):
                best = entry
            if entry[0][-1] != EOS:
                beam.append(entry)
        if not beam:
            break
    return best


# %% right beam_search: all rows stacked, one topk over them
def beam_search(next_log_p, width, limit):
    growing, scores, ended = [[]], torch.zeros(1, dtype=torch.float64), []
    for _ in range(limit):
        table = torch.stack([next_log_p(tokens).double() for tokens in growing]) + scores.unsqueeze(1)
        values, places = table.flatten().topk(min(width, table.numel()))
        kept = [(v, p) for v, p in zip(values.tolist(), places.tolist()) if v > -math.inf]
        grown = [(v, [*growing[p // table.shape[1]], p % table.shape[1]]) for v, p in kept]
        ended += [entry for entry in grown if entry[1][-1] == EOS]
        growing = [tokens for _, tokens in grown if tokens[-1] != EOS]
        scores = torch.tensor([v for v, tokens in grown if tokens[-1] != EOS], dtype=torch.float64)
        if not growing:
            break
    total, tokens = max(ended + list(zip(scores.tolist(), growing)), key=lambda entry: entry[0])
    return tokens, total


# %% wrong matches: no clipping
# loses matches_counts: expected (2, 4)
# loses bleu_sacrebleu: sacrebleu says
def matches(output, reference, n):
    def ngrams(tokens):
        return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]

    known = set(ngrams(reference))
    return sum(gram in known for gram in ngrams(output)), len(ngrams(output))


# %% wrong matches: each kind of n-gram counts once
# loses matches_counts: expected (2, 4)
# loses bleu_sacrebleu: sacrebleu says
def matches(output, reference, n):
    ours = {tuple(output[i : i + n]) for i in range(len(output) - n + 1)}
    theirs = {tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)}
    return len(ours & theirs), len(ours)


# %% right matches: counted off one by one
def matches(output, reference, n):
    left = [list(reference[i : i + n]) for i in range(len(reference) - n + 1)]
    total = max(len(output) - n + 1, 0)
    shared = 0
    for i in range(total):
        if list(output[i : i + n]) in left:
            left.remove(list(output[i : i + n]))
            shared += 1
    return shared, total


# %% wrong bleu: mean of the sentences' scores
# loses bleu_sacrebleu: sacrebleu says
def bleu(outputs, references):
    def single(output, reference):
        counts = [matches(output, reference, n) for n in range(1, 5)]
        if min(shared for shared, _ in counts) == 0:
            return 0.0
        penalty = min(1.0, math.exp(1 - len(reference) / len(output)))
        return 100 * penalty * math.exp(sum(math.log(shared / total) for shared, total in counts) / 4)

    return sum(single(o, r) for o, r in zip(outputs, references)) / len(outputs)


# %% wrong bleu: no brevity penalty
# loses bleu_sacrebleu: the brevity penalty
def bleu(outputs, references):
    product = 1.0
    for n in range(1, 5):
        counts = [matches(o, r, n) for o, r in zip(outputs, references)]
        total = sum(t for _, t in counts)
        product *= sum(s for s, _ in counts) / total if total else 0.0
    return 100 * product**0.25


# %% right bleu: a product and its fourth root
def bleu(outputs, references):
    product = 1.0
    for n in range(1, 5):
        counts = [matches(o, r, n) for o, r in zip(outputs, references)]
        shared, total = map(sum, zip(*counts))
        product *= shared / total if total else 0.0
    if product == 0:
        return 0.0
    lengths = sum(map(len, outputs)), sum(map(len, references))
    return 100 * min(1.0, math.exp(1 - lengths[1] / lengths[0])) * product**0.25


# %% wrong lab_read: the padding's weights overwritten with zeros
# loses lab_read_repaired: only hide the symptom
def lab_read(model, tokens):
    memory, _ = model.gru(model.embed(tokens))
    weights = (memory @ model.query).softmax(dim=-1).masked_fill(tokens == PAD, 0.0)
    return model.say((weights.unsqueeze(1) @ memory).squeeze(1)), weights


# %% wrong lab_read: a threshold on the memory
# loses lab_read_repaired: does not give what it gives alone
def lab_read(model, tokens):
    memory, _ = model.gru(model.embed(tokens))
    real = memory.abs().sum(dim=-1) > 1e-3
    weights = (memory @ model.query).masked_fill(~real, -math.inf).softmax(dim=-1)
    return model.say((weights.unsqueeze(1) @ memory).squeeze(1)), weights


# %% right lab_read: the rows one by one
def lab_read(model, tokens):
    logits, weights = [], []
    for row in tokens:
        length = int((row != PAD).sum())
        one, where = read(model, row[:length].unsqueeze(0))
        logits.append(one)
        weights.append(F.pad(where, (0, len(row) - length)))
    return torch.cat(logits), torch.cat(weights)


# %% right lab_read: packed, so that the memory of the padding is zero indeed
def lab_read(model, tokens):
    lengths = (tokens != PAD).sum(dim=1)
    packed = nn.utils.rnn.pack_padded_sequence(model.embed(tokens), lengths, batch_first=True, enforce_sorted=False)
    memory, _ = nn.utils.rnn.pad_packed_sequence(model.gru(packed)[0], batch_first=True, total_length=tokens.shape[1])
    real = memory.abs().sum(dim=-1) > 0
    weights = (memory @ model.query).masked_fill(~real, -math.inf).softmax(dim=-1)
    return model.say((weights.unsqueeze(1) @ memory).squeeze(1)), weights


# %% wrong lab_cause: the softmax is suspected
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "a"


# %% wrong translation_loss: the padding counts
# loses translation_loss_value: Does the padding count?
def translation_loss(model, batch):
    source, lengths, inputs, answers = batch
    logits, _ = model.decode(inputs, *model.encode(source, lengths))
    return F.cross_entropy(logits.flatten(0, 1), answers.flatten())


# %% right translation_loss: picked by a mask
def translation_loss(model, batch):
    source, lengths, inputs, answers = batch
    logits, _ = model.decode(inputs, *model.encode(source, lengths))
    log_p = logits.log_softmax(dim=-1).gather(2, answers.unsqueeze(2)).squeeze(2)
    return -log_p[answers != PAD].mean()


# %% wrong greedy: goes on after EOS
# loses greedy_script: each row up to its EOS, then PAD
def greedy(model, source, lengths, limit):
    with torch.no_grad():
        state, memory, mask = model.encode(source, lengths)
        token, tokens = torch.full((len(source), 1), BOS), []
        for _ in range(limit):
            logits, state = model.decode(token, state, memory, mask)
            token = logits.argmax(dim=-1)
            tokens.append(token)
        return torch.cat(tokens, dim=1)


# %% right greedy: cut after the fact
def greedy(model, source, lengths, limit):
    with torch.no_grad():
        state, memory, mask = model.encode(source, lengths)
        token, tokens = torch.full((len(source), 1), BOS), []
        for _ in range(limit):
            logits, state = model.decode(token, state, memory, mask)
            token = logits[:, -1:].argmax(dim=-1)
            tokens.append(token)
        said = torch.cat(tokens, dim=1)
        before = (said == EOS).cumsum(dim=1) - (said == EOS).long()
        return said.masked_fill(before > 0, PAD)


# %% wrong beam_search: the least likely are kept
# loses beam_search_greedy: greedy decoding gives
# loses beam_search_between: width 1 should take the path
def beam_search(next_log_p, width, limit):
    growing, done = [(0.0, [])], []
    for _ in range(limit):
        extended = [
            (log_p + p, [*tokens, t])
            for log_p, tokens in growing
            for t, p in enumerate(next_log_p(tokens).tolist())
            if p > -math.inf
        ]
        best = sorted(extended, key=lambda entry: entry[0])[:width]
        done += [entry for entry in best if entry[1][-1] == EOS]
        growing = [entry for entry in best if entry[1][-1] != EOS]
        if not growing:
            break
    log_p, tokens = max(done + growing, key=lambda entry: entry[0])
    return tokens, log_p


# %% wrong additive_decoder: the mask is forgotten
# loses additive_decoder_look: the mask has no effect
# loses additive_decoder_step: step: weights
# loses additive_decoder_forward: forward is not one step after the other
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        together = self.from_state(state).unsqueeze(1) + self.from_memory(memory)
        weights = self.score(torch.tanh(together)).squeeze(-1).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return self.read(state), state, weights

    def forward(self, tokens, state, memory, mask):
        logits = []
        for token in tokens.unbind(dim=1):
            scores, state, _ = self.step(token, state, memory, mask)
            logits.append(scores)
        return torch.stack(logits, dim=1)


# %% wrong additive_decoder: the cell steps first, then it looks with the new state
# loses additive_decoder_step: step: weights
# loses additive_decoder_forward: forward is not one step after the other
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        together = self.from_state(state).unsqueeze(1) + self.from_memory(memory)
        scores = self.score(torch.tanh(together)).squeeze(-1)
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def step(self, token, state, memory, mask):
        nothing = torch.zeros_like(memory[:, 0])
        old, state = state, self.cell(torch.cat([self.embed(token), nothing], dim=-1), state)
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), old)
        return self.read(state), state, weights

    def forward(self, tokens, state, memory, mask):
        logits = []
        for token in tokens.unbind(dim=1):
            scores, state, _ = self.step(token, state, memory, mask)
            logits.append(scores)
        return torch.stack(logits, dim=1)


# %% wrong additive_decoder: in teacher forcing it reads its own last choice
# loses additive_decoder_forward: each reading the *given* token
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        together = self.from_state(state).unsqueeze(1) + self.from_memory(memory)
        scores = self.score(torch.tanh(together)).squeeze(-1)
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return self.read(state), state, weights

    def forward(self, tokens, state, memory, mask):
        token, logits = tokens[:, 0], []
        for _ in range(tokens.shape[1]):
            scores, state, _ = self.step(token, state, memory, mask)
            logits.append(scores)
            token = scores.argmax(dim=-1)
        return torch.stack(logits, dim=1)


# %% right additive_decoder: einsum, and a table filled step by step
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        scores = self.score(torch.tanh(self.from_state(state)[:, None] + self.from_memory(memory)))[..., 0]
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=1)
        return torch.einsum("bt,btm->bm", weights, memory), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return self.read(state), state, weights

    def forward(self, tokens, state, memory, mask):
        logits = []
        for t in range(tokens.shape[1]):
            one, state, _ = self.step(tokens[:, t], state, memory, mask)
            logits.append(one.unsqueeze(1))
        return torch.cat(logits, dim=1)


# %% wrong train_reverser: the optimizer never steps
# loses train_reverser_floor: does an optimizer step
def train_reverser(model, pairs, steps, collate, loss_of):
    losses = []
    for _ in range(steps):
        losses.append(loss_of(model, collate(random.choices(pairs, k=64))).item())
    model.eval()
    return losses


# %% wrong attend: the softmax runs over the steps
# loses attend_values: do not sum to 1 over time
# loses attend_padding: a weight that is not 0
# loses attend_gradient: is not that of F.scaled_dot_product_attention
def attend(queries, keys, values, mask):
    padding = ~mask.unsqueeze(-1)
    keys, values = keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)
    scores = queries @ keys.transpose(1, 2)
    weights = scores.masked_fill(~mask.unsqueeze(1), -1e9).softmax(dim=1)
    return weights @ values, weights


# %% wrong attend: the mask is taken for one of padding
# loses attend_values: weights are not the softmax
# loses attend_padding: a padded place
# loses attend_gradient: is not that of F.scaled_dot_product_attention
def attend(queries, keys, values, mask):
    padding = ~mask.unsqueeze(-1)
    keys, values = keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)
    scores = (queries @ keys.transpose(1, 2)).masked_fill(mask.unsqueeze(1), -1e9)
    weights = scores.softmax(dim=-1)
    return weights @ values, weights


# %% wrong collate_pairs: padded on the left
# loses collate_pairs_source: then PAD
# loses collate_pairs_target: inputs: BOS
def collate_pairs(pairs):
    def pad(rows):
        wide = max(len(row) for row in rows)
        return torch.tensor([[PAD] * (wide - len(row)) + row for row in rows])

    sources = [[*source, EOS] for source, _ in pairs]
    inputs, answers = pad([[BOS, *t] for _, t in pairs]), pad([[*t, EOS] for _, t in pairs])
    return pad(sources), torch.tensor([len(source) for source in sources]), inputs, answers


# %% wrong translation_loss: the mean of the rows' means
# loses translation_loss_value: not the mean over the real tokens
def translation_loss(model, batch):
    source, lengths, inputs, answers = batch
    logits, _ = model.decode(inputs, *model.encode(source, lengths))
    each = F.cross_entropy(logits.transpose(1, 2), answers, ignore_index=PAD, reduction="none")
    return (each.sum(dim=1) / (answers != PAD).sum(dim=1)).mean()


# %% wrong translation_loss: the decoder reads what it must write
# loses translation_loss_value: not the mean over the real tokens
def translation_loss(model, batch):
    source, lengths, inputs, answers = batch
    logits, _ = model.decode(answers, *model.encode(source, lengths))
    return F.cross_entropy(logits.flatten(0, 1), answers.flatten(), ignore_index=PAD)


# %% right translation_loss: step by step, summed
def translation_loss(model, batch):
    source, lengths, inputs, answers = batch
    state, memory, mask = model.encode(source, lengths)
    total = torch.zeros(())
    for step in range(inputs.shape[1]):
        logits, state = model.decode(inputs[:, step : step + 1], state, memory, mask)
        total = total + F.cross_entropy(logits[:, 0], answers[:, step], ignore_index=PAD, reduction="sum")
    return total / (answers != PAD).sum()


# %% wrong greedy: it reads the beginning again at each step, with the state of the step before
# loses greedy_script: one new token a step
def greedy(model, source, lengths, limit):
    with torch.no_grad():
        state, memory, mask = model.encode(source, lengths)
        tokens = torch.full((len(source), 1), BOS)
        for _ in range(limit):
            logits, state = model.decode(tokens, state, memory, mask)
            tokens = torch.cat([tokens, logits[:, -1:].argmax(dim=-1)], dim=1)
        return tokens[:, 1:]


# %% wrong greedy: it stops when the first row has ended
# loses greedy_script: limit tokens in all
def greedy(model, source, lengths, limit):
    with torch.no_grad():
        state, memory, mask = model.encode(source, lengths)
        token, tokens = torch.full((len(source), 1), BOS), []
        for _ in range(limit):
            logits, state = model.decode(token, state, memory, mask)
            token = logits.argmax(dim=-1)
            tokens.append(token)
            if (token == EOS).any():
                break
        return torch.cat(tokens, dim=1)


# %% wrong greedy: EOS itself is not written
# loses greedy_script: each row up to its EOS, then PAD
def greedy(model, source, lengths, limit):
    with torch.no_grad():
        state, memory, mask = model.encode(source, lengths)
        token, tokens = torch.full((len(source), 1), BOS), []
        over = torch.zeros(len(source), 1, dtype=torch.bool)
        for _ in range(limit):
            logits, state = model.decode(token, state, memory, mask)
            token = logits.argmax(dim=-1)
            over |= token == EOS
            token = token.masked_fill(over, PAD)
            tokens.append(token)
        return torch.cat(tokens, dim=1)


# %% right greedy: written into a table of PAD, and stopped early
@torch.no_grad()
def greedy(model, source, lengths, limit):
    state, memory, mask = model.encode(source, lengths)
    said = torch.full((len(source), limit), PAD)
    token, open_ = torch.full((len(source), 1), BOS), torch.ones(len(source), dtype=torch.bool)
    for step in range(limit):
        logits, state = model.decode(token, state, memory, mask)
        token = logits.argmax(dim=2)
        said[open_, step] = token[open_, 0]
        open_ = open_ & (token[:, 0] != EOS)
        if not open_.any():
            break
    return said


# %% wrong additive_decoder: no tanh between
# loses additive_decoder_look: the weights are not those of one place at a time
# loses additive_decoder_step: step: weights
# loses additive_decoder_forward: forward is not one step after the other
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        scores = self.score(self.from_state(state).unsqueeze(1) + self.from_memory(memory)).squeeze(-1)
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return self.read(state), state, weights

    def forward(self, tokens, state, memory, mask):
        logits = []
        for token in tokens.unbind(dim=1):
            scores, state, _ = self.step(token, state, memory, mask)
            logits.append(scores)
        return torch.stack(logits, dim=1)


# %% wrong additive_decoder: the reading layer gets the old state
# loses additive_decoder_step: step: logits
# loses additive_decoder_forward: forward is not one step after the other
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        together = self.from_state(state).unsqueeze(1) + self.from_memory(memory)
        scores = self.score(torch.tanh(together)).squeeze(-1)
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        new = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return self.read(state), new, weights

    def forward(self, tokens, state, memory, mask):
        logits = []
        for token in tokens.unbind(dim=1):
            scores, state, _ = self.step(token, state, memory, mask)
            logits.append(scores)
        return torch.stack(logits, dim=1)


# %% wrong additive_decoder: the state is not handed on
# loses additive_decoder_forward: forward is not one step after the other
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        together = self.from_state(state).unsqueeze(1) + self.from_memory(memory)
        scores = self.score(torch.tanh(together)).squeeze(-1)
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return self.read(state), state, weights

    def forward(self, tokens, state, memory, mask):
        return torch.stack([self.step(token, state, memory, mask)[0] for token in tokens.unbind(dim=1)], dim=1)


# %% right additive_decoder: recursion over the tokens, and exp by hand
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        scores = torch.tanh(self.from_state(state)[:, None] + self.from_memory(memory)) @ self.score.weight[0]
        parts = (scores - scores.amax(dim=1, keepdim=True).detach()).exp() * mask
        weights = parts / parts.sum(dim=1, keepdim=True)
        return (weights[:, :, None] * memory).sum(dim=1), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return self.read(state), state, weights

    def forward(self, tokens, state, memory, mask):
        logits, state, _ = self.step(tokens[:, 0], state, memory, mask)
        if tokens.shape[1] == 1:
            return logits[:, None]
        return torch.cat([logits[:, None], self(tokens[:, 1:], state, memory, mask)], dim=1)


# %% wrong train_reverser: always the same 64 pairs
# loses train_reverser_floor: Are 64 new pairs drawn in each step
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    batch = collate(random.choices(pairs, k=64))
    for _ in range(steps):
        loss = loss_of(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong train_reverser: the gradients pile up
# loses train_reverser_floor: pile up: where is zero_grad
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = loss_of(model, collate(random.choices(pairs, k=64)))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong train_reverser: the losses stay tensors
# loses train_reverser_floor: as Python floats
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = loss_of(model, collate(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    model.eval()
    return losses


# %% wrong train_reverser: left in training mode
# loses train_reverser_floor: leave the model in eval mode
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = loss_of(model, collate(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong train_reverser: drawn without replacement
# loses train_reverser_floor: ValueError
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = loss_of(model, collate(random.sample(pairs, 64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% right train_reverser: AdamW, drawn by torch, the gradients of two halves added, and clipped by value
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.AdamW(model.parameters(), lr=0.007), []
    for _ in range(steps):
        model.zero_grad()
        halves = [
            loss_of(model, collate([pairs[i] for i in torch.randint(len(pairs), (32,)).tolist()])) / 2 for _ in range(2)
        ]
        sum(halves).backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()
        losses.append(float(sum(halves)))
    model.eval()
    return losses


# %% right train_reverser: a rate that falls
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(steps, 1))
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of(model, collate([random.choice(pairs) for _ in range(64)]))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong beam_search: only finished ones can win
# loses beam_search_greedy: max()
# loses beam_search_exhaustive: max()
# loses beam_search_between: does not win for being finished
def beam_search(next_log_p, width, limit):
    growing, done = [(0.0, [])], []
    for _ in range(limit):
        extended = [
            (log_p + more, [*tokens, token])
            for log_p, tokens in growing
            for token, more in enumerate(next_log_p(tokens).tolist())
            if more > -math.inf
        ]
        best = sorted(extended, key=lambda entry: -entry[0])[:width]
        done += [entry for entry in best if entry[1][-1] == EOS]
        growing = [entry for entry in best if entry[1][-1] != EOS]
    log_p, tokens = max(done, key=lambda entry: entry[0])
    return tokens, log_p


# %% wrong beam_search: ranked by the mean for each token
# loses beam_search_exhaustive: trying everything finds
# loses beam_search_between: Of all extensions together
def beam_search(next_log_p, width, limit):
    growing, done = [(0.0, [])], []
    for _ in range(limit):
        extended = [
            (log_p + more, [*tokens, token])
            for log_p, tokens in growing
            for token, more in enumerate(next_log_p(tokens).tolist())
            if more > -math.inf
        ]
        best = sorted(extended, key=lambda entry: -entry[0])[:width]
        done += [entry for entry in best if entry[1][-1] == EOS]
        growing = [entry for entry in best if entry[1][-1] != EOS]
    log_p, tokens = max(done + growing, key=lambda entry: entry[0] / len(entry[1]))
    return tokens, log_p


# %% wrong matches: counts those of the reference
# loses matches_counts: (shared, total) is
# loses bleu_sacrebleu: sacrebleu says
def matches(output, reference, n):
    ours, theirs = (Counter(tuple(side[i : i + n]) for i in range(len(side) - n + 1)) for side in (output, reference))
    return (ours & theirs).total(), theirs.total()


# %% wrong matches: one n-gram too many at the end
# loses matches_counts: (shared, total) is
# loses bleu_sacrebleu: sacrebleu says
def matches(output, reference, n):
    ours, theirs = (Counter(tuple(side[i : i + n]) for i in range(len(side))) for side in (output, reference))
    return (ours & theirs).total(), ours.total()


# %% right matches: positions zipped
def matches(output, reference, n):
    ours, theirs = (list(zip(*(side[i:] for i in range(n)))) for side in (output, reference))
    return sum(min(ours.count(gram), theirs.count(gram)) for gram in set(ours)), len(ours)


# %% wrong bleu: the arithmetic mean of the precisions
# loses bleu_sacrebleu: sacrebleu says
def bleu(outputs, references):
    precision = 0.0
    for n in range(1, 5):
        counts = [matches(output, reference, n) for output, reference in zip(outputs, references)]
        precision += sum(shared for shared, _ in counts) / max(1, sum(total for _, total in counts)) / 4
    ours, theirs = sum(map(len, outputs)), sum(map(len, references))
    return 100 * precision * (1.0 if ours >= theirs else math.exp(1 - theirs / max(ours, 1)))


# %% wrong bleu: a log of zero
# loses bleu_sacrebleu: Error
def bleu(outputs, references):
    log_precision = 0.0
    for n in range(1, 5):
        counts = [matches(output, reference, n) for output, reference in zip(outputs, references)]
        log_precision += math.log(sum(c[0] for c in counts) / sum(c[1] for c in counts)) / 4
    ours, theirs = sum(map(len, outputs)), sum(map(len, references))
    return 100 * math.exp(min(0.0, 1 - theirs / ours) + log_precision)


# %% right bleu: torch, and a minimum for the penalty
def bleu(outputs, references):
    counts = torch.zeros(2, 4, dtype=torch.float64)
    for output, reference in zip(outputs, references):
        for n in range(4):
            counts[:, n] += torch.tensor(matches(output, reference, n + 1), dtype=torch.float64)
    if (counts[0] == 0).any():
        return 0.0
    ours, theirs = sum(map(len, outputs)), sum(map(len, references))
    penalty = min(0.0, 1 - theirs / ours)
    return 100 * math.exp(penalty + (counts[0] / counts[1]).log().mean().item())


# %% wrong lab_read: -inf in place, and the softmax over the batch
# loses lab_read_repaired: no longer sum to 1
def lab_read(model, tokens):
    memory, _ = model.gru(model.embed(tokens))
    weights = (memory @ model.query).masked_fill(tokens == PAD, -1e9).softmax(dim=0)
    return model.say((weights.unsqueeze(1) @ memory).squeeze(1)), weights


# %% wrong lab_read: a score that is only rather low
# loses lab_read_repaired: a little weight
def lab_read(model, tokens):
    memory, _ = model.gru(model.embed(tokens))
    weights = (memory @ model.query).masked_fill(tokens == PAD, -20.0).softmax(dim=-1)
    return model.say((weights.unsqueeze(1) @ memory).squeeze(1)), weights


# %% right lab_read: the lengths make the mask
def lab_read(model, tokens):
    memory, _ = model.gru(model.embed(tokens))
    real = torch.arange(tokens.shape[1]) < (tokens != PAD).sum(dim=1, keepdim=True)
    weights = torch.where(real, memory @ model.query, -math.inf).softmax(dim=1)
    return model.say(torch.einsum("bt,bth->bh", weights, memory)), weights


# %% wrong lab_cause: padding_idx is suspected
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "d"


# %% wrong attend: the weights are detached
# loses attend_gradient: no graph
def attend(queries, keys, values, mask):
    padding, hidden = ~mask.unsqueeze(-1), ~mask.unsqueeze(1)
    keys, values = keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)
    scores = (queries @ keys.transpose(1, 2)).masked_fill(hidden, -math.inf)
    weights = scores.softmax(dim=-1).masked_fill(hidden, 0.0)
    return weights @ values, weights.detach()


# %% wrong attend: a score that is only rather low
# loses attend_values: do not sum to 1
def attend(queries, keys, values, mask):
    padding, hidden = ~mask.unsqueeze(-1), ~mask.unsqueeze(1)
    keys, values = keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)
    scores = (queries @ keys.transpose(1, 2)).masked_fill(hidden, -1e4)
    weights = scores.softmax(dim=-1).masked_fill(hidden, 0.0)
    return weights @ values, weights


# %% wrong additive_decoder: the mask is taken for a length
# loses additive_decoder_look: the weights are not those of one place at a time
class AdditiveDecoder(nn.Module):
    def __init__(self, vocab, width, hidden, memory_size):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.from_state = nn.Linear(hidden, hidden)
        self.from_memory = nn.Linear(memory_size, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(width + memory_size, hidden)
        self.read = nn.Linear(hidden, vocab)

    def look(self, state, memory, mask):
        mask = torch.arange(mask.shape[1]) < mask.sum(dim=1, keepdim=True)
        together = self.from_state(state).unsqueeze(1) + self.from_memory(memory)
        scores = self.score(torch.tanh(together)).squeeze(-1)
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights

    def step(self, token, state, memory, mask):
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), state)
        return (self.read(state), state, weights)

    def forward(self, tokens, state, memory, mask):
        logits = []
        for token in tokens.unbind(dim=1):
            scores, state, _ = self.step(token, state, memory, mask)
            logits.append(scores)
        return torch.stack(logits, dim=1)


# %% wrong beam_search: the finished ones make the beam narrower
# loses beam_search_between: however many are finished already
def beam_search(next_log_p, width, limit):
    growing, done = [(0.0, [])], []
    for _ in range(limit):
        extended = [
            (log_p + more, [*tokens, token])
            for log_p, tokens in growing
            for token, more in enumerate(next_log_p(tokens).tolist())
            if more > -math.inf
        ]
        best = sorted(extended, key=lambda entry: -entry[0])[: width - len(done)]
        done += [entry for entry in best if entry[1][-1] == EOS]
        growing = [entry for entry in best if entry[1][-1] != EOS]
    log_p, tokens = max(done + growing, key=lambda entry: entry[0])
    return tokens, log_p


# %% wrong matches: tokens joined to one string
# loses matches_counts: (shared, total) is
def matches(output, reference, n):
    ours, theirs = (
        Counter(" ".join(map(str, side[i : i + n])) for i in range(len(side) - n + 1)) for side in (output, reference)
    )
    return (ours & theirs).total(), ours.total()


# %% wrong train_reverser: not what is handed in, but the functions of tasks 1 and 4
# loses train_reverser_floor: collate or loss_of was never called
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = translation_loss(model, collate_pairs(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong train_reverser: the loss that is handed in is not used
# loses train_reverser_floor: collate or loss_of was never called
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = translation_loss(model, collate(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong train_reverser: the first 64 pairs in each step
# loses train_reverser_floor: 64 new pairs drawn in each step, at random
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = loss_of(model, collate([pairs[i % len(pairs)] for i in range(64)]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong train_reverser: only the decoder is trained
# loses train_reverser_floor: a parameter is as it was
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = (
        torch.optim.Adam(
            [*model.decoder.parameters(), *model.combine.parameters(), *model.read.parameters()], lr=0.008
        ),
        [],
    )
    for _ in range(steps):
        loss = loss_of(model, collate(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong train_reverser: the losses are summed up on the way
# loses train_reverser_floor: the losses are not those that loss_of gave
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = loss_of(model, collate(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item() + sum(losses))
    model.eval()
    return losses


# %% wrong train_reverser: uphill
# loses train_reverser_floor: are the steps taken uphill
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.008), []
    for _ in range(steps):
        loss = loss_of(model, collate(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        (-loss).backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong train_reverser: the rate of a textbook for plain gradient descent
# loses train_reverser_floor: of new strings are reversed
def train_reverser(model, pairs, steps, collate, loss_of):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.1), []
    for _ in range(steps):
        loss = loss_of(model, collate(random.choices(pairs, k=64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


# %% wrong greedy: a graph is recorded
# loses greedy_script: a graph is recorded
def greedy(model, source, lengths, limit):
    state, memory, mask = model.encode(source, lengths)
    said = torch.full((len(source), limit), PAD)
    token, open_ = torch.full((len(source), 1), BOS), torch.ones(len(source), dtype=torch.bool)
    for step in range(limit):
        logits, state = model.decode(token, state, memory, mask)
        token = logits.argmax(dim=2)
        said[open_, step] = token[open_, 0]
        open_ = open_ & (token[:, 0] != EOS)
    return said


# %% wrong greedy: gradients are switched off for good
# loses greedy_script: gradients are off for the rest of the notebook
def greedy(model, source, lengths, limit):
    torch.set_grad_enabled(False)
    state, memory, mask = model.encode(source, lengths)
    said = torch.full((len(source), limit), PAD)
    token, open_ = torch.full((len(source), 1), BOS), torch.ones(len(source), dtype=torch.bool)
    for step in range(limit):
        logits, state = model.decode(token, state, memory, mask)
        token = logits.argmax(dim=2)
        said[open_, step] = token[open_, 0]
        open_ = open_ & (token[:, 0] != EOS)
    return said


# %% wrong greedy: eval mode for the sake of no graph
# loses greedy_script: a graph is recorded
def greedy(model, source, lengths, limit):
    was_training = model.training
    model.eval()
    state, memory, mask = model.encode(source, lengths)
    said = torch.full((len(source), limit), PAD)
    token, open_ = torch.full((len(source), 1), BOS), torch.ones(len(source), dtype=torch.bool)
    for step in range(limit):
        logits, state = model.decode(token, state, memory, mask)
        token = logits.argmax(dim=2)
        said[open_, step] = token[open_, 0]
        open_ = open_ & (token[:, 0] != EOS)
    model.train(was_training)
    return said


# %% right greedy: inference mode, and lists of ints
@torch.inference_mode()
def greedy(model, source, lengths, limit):
    state, memory, mask = model.encode(source, lengths)
    token, rows = torch.full((len(source), 1), BOS), [[] for _ in source]
    for _ in range(limit):
        logits, state = model.decode(token, state, memory, mask)
        token = logits.argmax(dim=-1)
        for row, said in zip(rows, token[:, 0].tolist()):
            row.append(PAD if EOS in row else said)
    return torch.tensor(rows)


# %% wrong beam_search: EOS takes no place in the beam
# loses beam_search_greedy: greedy decoding gives
# loses beam_search_between: a finished one takes a place in the beam
def beam_search(next_log_p, width, limit):
    growing, done = [(0.0, [])], []
    for _ in range(limit):
        extended = [
            (log_p + more, [*tokens, token])
            for log_p, tokens in growing
            for token, more in enumerate(next_log_p(tokens).tolist())
            if more > -math.inf
        ]
        done += [entry for entry in extended if entry[1][-1] == EOS]
        unfinished = [entry for entry in extended if entry[1][-1] != EOS]
        growing = sorted(unfinished, key=lambda entry: -entry[0])[:width]
    log_p, tokens = max(done + growing, key=lambda entry: entry[0])
    return tokens, log_p


# %% wrong beam_search: a finished one always wins over an unfinished one
# loses beam_search_exhaustive: Are finished ones kept
# loses beam_search_between: does not win for being finished
def beam_search(next_log_p, width, limit):
    growing, done = [(0.0, [])], []
    for _ in range(limit):
        extended = [
            (log_p + more, [*tokens, token])
            for log_p, tokens in growing
            for token, more in enumerate(next_log_p(tokens).tolist())
            if more > -math.inf
        ]
        best = sorted(extended, key=lambda entry: -entry[0])[:width]
        done += [entry for entry in best if entry[1][-1] == EOS]
        growing = [entry for entry in best if entry[1][-1] != EOS]
    log_p, tokens = max(done or growing, key=lambda entry: entry[0])
    return tokens, log_p


# %% equivalent collate_pairs: return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD) -> return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
# because PAD is 0, which is what pad_sequence fills with by itself

# %% equivalent attend: keys, values = (keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)) -> keys, values = (keys.masked_fill(padding, 1.0), values.masked_fill(padding, 0.0))
# because the score of a padded key is replaced, whatever finite number it is

# %% equivalent attend: keys, values = (keys.masked_fill(padding, 0.0), values.masked_fill(padding, 0.0)) -> keys, values = (keys.masked_fill(padding, 0.0), values.masked_fill(padding, 1.0))
# because a padded value has the weight 0, so any finite number will do

# %% equivalent attend: scores = (queries @ keys.transpose(1, 2)).masked_fill(hidden, -math.inf) -> scores = (queries @ keys.transpose(2, 1)).masked_fill(hidden, -math.inf)
# because two axes change places in either order

# %% equivalent additive_decoder: weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1) -> weights = scores.masked_fill(~mask, -math.inf).softmax(dim=1)
# because the scores have two axes, so that 1 is the last

# %% equivalent additive_decoder: state = self.cell(torch.cat([self.embed(token), context], dim=-1), state) -> state = self.cell(torch.cat([self.embed(token), context], dim=1), state)
# because both parts have two axes, so that 1 is the last

# %% equivalent train_reverser: nn.utils.clip_grad_norm_(model.parameters(), 1.0) -> pass
# because clipping is free: it makes training safer, and the task asks for a floor

# %% equivalent train_reverser: nn.utils.clip_grad_norm_(model.parameters(), 1.0) -> nn.utils.clip_grad_norm_(model.parameters(), 3.0)
# because clipping is free: it makes training safer, and the task asks for a floor

# %% equivalent beam_search: if more > -math.inf: -> if True:
# because an impossible beginning has the log probability -inf: it displaces no possible one, and never wins

# %% equivalent beam_search: if more > -math.inf: -> if more >= -math.inf:
# because an impossible beginning has the log probability -inf: it displaces no possible one, and never wins

# %% equivalent beam_search: best = sorted(extended, key=lambda entry: entry[0], reverse=True)[:width] -> best = sorted(extended, reverse=True)[:width]
# because the log probability stands first; only equals are ordered otherwise, and any of these may be kept

# %% equivalent beam_search: if not growing: -> if False:
# because with nothing to extend the remaining rounds do nothing

# %% equivalent beam_search: log_p, tokens = max(done + growing, key=lambda entry: entry[0]) -> log_p, tokens = max(done + growing)
# because the log probability stands first; only among equals another is taken, and any of these may win

# %% equivalent bleu: penalty = 1.0 if ours >= theirs else math.exp(1 - theirs / ours) -> penalty = 1.0 if ours > theirs else math.exp(1 - theirs / ours)
# because for equal lengths exp(1 - 1) is 1, too

# %% equivalent lab_read: weights = scores.masked_fill(tokens == PAD, -math.inf).softmax(dim=-1) -> weights = scores.masked_fill(tokens == PAD, -math.inf).softmax(dim=1)
# because the scores have two axes, so that 1 is the last
