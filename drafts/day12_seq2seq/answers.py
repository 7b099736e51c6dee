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
# loses beam_search_between: Of all extensions together, width are kept
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
class AdditiveDecoder(AdditiveDecoder):
    def look(self, state, memory, mask):
        together = self.from_state(state).unsqueeze(1) + self.from_memory(memory)
        weights = self.score(torch.tanh(together)).squeeze(-1).softmax(dim=-1)
        return (weights.unsqueeze(1) @ memory).squeeze(1), weights


# %% wrong additive_decoder: the cell steps first, then it looks with the new state
# loses additive_decoder_step: step: weights
# loses additive_decoder_forward: forward is not one step after the other
class AdditiveDecoder(AdditiveDecoder):
    def step(self, token, state, memory, mask):
        nothing = torch.zeros_like(memory[:, 0])
        old, state = state, self.cell(torch.cat([self.embed(token), nothing], dim=-1), state)
        context, weights = self.look(state, memory, mask)
        state = self.cell(torch.cat([self.embed(token), context], dim=-1), old)
        return self.read(state), state, weights


# %% wrong additive_decoder: in teacher forcing it reads its own last choice
# loses additive_decoder_forward: each reading the *given* token
class AdditiveDecoder(AdditiveDecoder):
    def forward(self, tokens, state, memory, mask):
        token, logits = tokens[:, 0], []
        for _ in range(tokens.shape[1]):
            scores, state, _ = self.step(token, state, memory, mask)
            logits.append(scores)
            token = scores.argmax(dim=-1)
        return torch.stack(logits, dim=1)


# %% right additive_decoder: einsum, and a table filled step by step
class AdditiveDecoder(AdditiveDecoder):
    def look(self, state, memory, mask):
        scores = self.score(torch.tanh(self.from_state(state)[:, None] + self.from_memory(memory)))[..., 0]
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=1)
        return torch.einsum("bt,btm->bm", weights, memory), weights

    def forward(self, tokens, state, memory, mask):
        logits = []
        for t in range(tokens.shape[1]):
            one, state, _ = self.step(tokens[:, t], state, memory, mask)
            logits.append(one.unsqueeze(1))
        return torch.cat(logits, dim=1)


# %% wrong train_reverser: the optimizer never steps
# loses train_reverser_floor: of new strings are reversed
def train_reverser(model, pairs, steps):
    losses = []
    for _ in range(steps):
        losses.append(translation_loss(model, collate_pairs(random.choices(pairs, k=64))).item())
    model.eval()
    return losses
