# %% wrong plain: articles are cut out of words
# loses plain_values: Articles are words of their own
def plain(text):
    text = text.lower().translate(str.maketrans("", "", string.punctuation))
    for article in ("an", "the"):
        text = text.replace(article, " ")
    return " ".join(word for word in text.split() if word != "a")


# %% wrong plain: articles first, signs later
# loses plain_values: First the signs, then the articles
def plain(text):
    words = [word for word in text.lower().split() if word not in ("a", "an", "the")]
    return " ".join(words).translate(str.maketrans("", "", string.punctuation))


# %% wrong plain: a sign becomes a space
# loses plain_values: nothing in their place
# loses answer_scores_values: F1 of
def plain(text):
    text = re.sub(f"[{re.escape(string.punctuation)}]", " ", text.lower())
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))


# %% wrong plain: spaces stay
# loses plain_values: Single spaces
def plain(text):
    text = text.lower().translate(str.maketrans("", "", string.punctuation))
    return re.sub(r"\b(a|an|the)\b", "", text)


# %% right plain: regular expressions
def plain(text):
    text = "".join(sign for sign in text.lower() if sign not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


# %% right plain: a loop
def plain(text):
    for sign in string.punctuation:
        text = text.replace(sign, "")
    kept = []
    for word in text.lower().split():
        if word not in {"a", "an", "the"}:
            kept.append(word)
    return " ".join(kept)


# %% wrong answer_scores: only the first truth
# loses answer_scores_values: best over the truths
def answer_scores(prediction, truths):
    ours, theirs = plain(prediction).split(), plain(truths[0]).split()
    if not ours or not theirs:
        return float(ours == theirs), float(ours == theirs)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return float(ours == theirs), 2 * shared / (len(ours) + len(theirs))


# %% wrong answer_scores: sets of words
# loses answer_scores_values: as often as it stands in both
def answer_scores(prediction, truths):
    best = [0.0, 0.0]
    for truth in truths:
        ours, theirs = plain(prediction).split(), plain(truth).split()
        if not ours or not theirs:
            f1 = float(ours == theirs)
        else:
            f1 = 2 * len(set(ours) & set(theirs)) / (len(set(ours)) + len(set(theirs)))
        best = [max(best[0], float(ours == theirs)), max(best[1], f1)]
    return tuple(best)


# %% wrong answer_scores: precision for F1
# loses answer_scores_values: F1 of
def answer_scores(prediction, truths):
    best = [0.0, 0.0]
    for truth in truths:
        ours, theirs = plain(prediction).split(), plain(truth).split()
        shared = sum((Counter(ours) & Counter(theirs)).values())
        f1 = shared / len(ours) if ours and theirs else float(ours == theirs)
        best = [max(best[0], float(ours == theirs)), max(best[1], f1)]
    return tuple(best)


# %% wrong answer_scores: nothing shared divides by zero
# loses answer_scores_values: ZeroDivisionError
def answer_scores(prediction, truths):
    best = [0.0, 0.0]
    for truth in truths:
        ours, theirs = plain(prediction).split(), plain(truth).split()
        shared = sum((Counter(ours) & Counter(theirs)).values())
        precision, recall = shared / len(ours), shared / len(theirs)
        f1 = 2 * precision * recall / (precision + recall)
        best = [max(best[0], float(ours == theirs)), max(best[1], f1)]
    return tuple(best)


# %% wrong answer_scores: the raw texts are compared
# loses answer_scores_values: plain form
def answer_scores(prediction, truths):
    best = [0.0, 0.0]
    for truth in truths:
        ours, theirs = prediction.split(), truth.split()
        shared = sum((Counter(ours) & Counter(theirs)).values())
        f1 = 2 * shared / (len(ours) + len(theirs)) if shared else 0.0
        best = [max(best[0], float(prediction == truth)), max(best[1], f1)]
    return tuple(best)


# %% right answer_scores: precision and recall, a list of pairs
def answer_scores(prediction, truths):
    pairs = []
    for truth in truths:
        ours, theirs = plain(prediction).split(), plain(truth).split()
        if not ours or not theirs:
            pairs.append((1.0, 1.0) if ours == theirs else (0.0, 0.0))
            continue
        shared = (Counter(ours) & Counter(theirs)).total()
        precision, recall = shared / len(ours), shared / len(theirs)
        f1 = 2 * precision * recall / (precision + recall) if shared else 0.0
        pairs.append((float(ours == theirs), f1))
    return max(exact for exact, _ in pairs), max(f1 for _, f1 in pairs)


# %% right answer_scores: words are struck off
def answer_scores(prediction, truths):
    def one(truth):
        left, words = plain(truth).split(), plain(prediction).split()
        size = len(left) + len(words)
        if not left or not words:
            return float(size == 0)
        hits = 0
        for word in words:
            if word in left:
                left.remove(word)
                hits += 1
        return 2 * hits / size

    return float(any(plain(prediction) == plain(truth) for truth in truths)), max(map(one, truths))


# %% wrong rouge_l: shared words in any order
# loses rouge_l_values: order counts
def rouge_l(prediction, reference):
    ours, theirs = words_of(prediction), words_of(reference)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


# %% wrong rouge_l: the longest run without gaps
# loses rouge_l_values: Gaps are allowed
def rouge_l(prediction, reference):
    ours, theirs = words_of(prediction), words_of(reference)
    best = 0
    for i in range(len(ours)):
        for j in range(len(theirs)):
            n = 0
            while i + n < len(ours) and j + n < len(theirs) and ours[i + n] == theirs[j + n]:
                n += 1
            best = max(best, n)
    return 2 * best / (len(ours) + len(theirs)) if best else 0.0


# %% wrong rouge_l: greedy, the first that fits
# loses rouge_l_values: expected
def rouge_l(prediction, reference):
    ours, theirs = words_of(prediction), words_of(reference)
    common, place = 0, 0
    for word in ours:
        if word in theirs[place:]:
            place = theirs.index(word, place) + 1
            common += 1
    return 2 * common / (len(ours) + len(theirs)) if common else 0.0


# %% wrong rouge_l: recall instead of F1
# loses rouge_l_values: expected
def rouge_l(prediction, reference):
    ours, theirs = words_of(prediction), words_of(reference)
    row = [0] * (len(theirs) + 1)
    for word in ours:
        before, row = row, [0]
        for j, other in enumerate(theirs):
            row.append(before[j] + 1 if word == other else max(before[j + 1], row[j]))
    return row[-1] / len(theirs) if theirs else 0.0


# %% wrong rouge_l: calls itself without a memory
# loses rouge_l_values: keep a table
def rouge_l(prediction, reference):
    ours, theirs = words_of(prediction), words_of(reference)

    def common(i, j):
        if i == 0 or j == 0:
            return 0
        if ours[i - 1] == theirs[j - 1]:
            return 1 + common(i - 1, j - 1)
        return max(common(i - 1, j), common(i, j - 1))

    longest = common(len(ours), len(theirs))
    return 2 * longest / (len(ours) + len(theirs)) if longest else 0.0


# %% right rouge_l: a full table
def rouge_l(prediction, reference):
    a, b = words_of(prediction), words_of(reference)
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            if a[i - 1] == b[j - 1]:
                table[i][j] = table[i - 1][j - 1] + 1
            else:
                table[i][j] = max(table[i - 1][j], table[i][j - 1])
    c = table[-1][-1]
    if c == 0:
        return 0.0
    precision, recall = c / len(a), c / len(b)
    return 2 * precision * recall / (precision + recall)


# %% right rouge_l: recursion with a memory
def rouge_l(prediction, reference):
    import functools

    a, b = words_of(prediction), words_of(reference)

    @functools.cache
    def longest(i, j):
        if i == 0 or j == 0:
            return 0
        if a[i - 1] == b[j - 1]:
            return 1 + longest(i - 1, j - 1)
        return max(longest(i - 1, j), longest(i, j - 1))

    for i in range(len(a)):
        longest(i, len(b))
    c = longest(len(a), len(b))
    return 2 * c / (len(a) + len(b)) if c else 0.0


# %% wrong mask_batch: special tokens are chosen, too
# loses mask_batch_rules: a special token or padding was chosen
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = torch.rand(ids.shape) < rate
    fate = torch.rand(ids.shape)
    changed = torch.where(fate < 0.8, mask_id, torch.randint(vocab, ids.shape))
    return torch.where(chosen & (fate < 0.9), changed, ids), torch.where(chosen, ids, -100)


# %% wrong mask_batch: always the mask
# loses mask_batch_shares: expected about 80%
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = (torch.rand(ids.shape) < rate) & ~special
    return torch.where(chosen, mask_id, ids), torch.where(chosen, ids, -100)


# %% wrong mask_batch: in place, so the label is the mask
# loses mask_batch_rules: changed a tensor it was given
# loses mask_batch_shares: changed a tensor it was given
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = (torch.rand(ids.shape) < rate) & ~special
    ids[chosen] = mask_id
    return ids, torch.where(chosen, ids, -100)


# %% wrong mask_batch: labels everywhere
# loses mask_batch_rules: its label must be -100
# loses mask_batch_shares: of the tokens were chosen
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = (torch.rand(ids.shape) < rate) & ~special
    return torch.where(chosen, mask_id, ids), ids.clone()


# %% wrong mask_batch: the three fates by the draw that chose
# loses mask_batch_rules: with rate=1.0 all
# loses mask_batch_shares: every id should come
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    draw = torch.rand(ids.shape)
    chosen = (draw < 0.15) & ~special
    changed = torch.where(draw < 0.12, mask_id, torch.randint(vocab, ids.shape))
    return torch.where(chosen & (draw < 0.135), changed, ids), torch.where(chosen, ids, -100)


# %% wrong mask_batch: one random id for the whole batch
# loses mask_batch_shares: some ids never come
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = (torch.rand(ids.shape) < rate) & ~special
    fate = torch.rand(ids.shape)
    changed = torch.where(fate < 0.8, mask_id, torch.randint(vocab, ()))
    return torch.where(chosen & (fate < 0.9), changed, ids), torch.where(chosen, ids, -100)


# %% wrong mask_batch: the same places in every row
# loses mask_batch_shares: of the tokens were chosen
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = (torch.rand(ids.shape[1]) < rate) & ~special
    fate = torch.rand(ids.shape)
    changed = torch.where(fate < 0.8, mask_id, torch.randint(vocab, ids.shape))
    return torch.where(chosen & (fate < 0.9), changed, ids), torch.where(chosen, ids, -100)


# %% wrong mask_batch: the rate of all tokens, special ones included
# loses mask_batch_shares: of the tokens that are not special
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = (torch.rand(ids.shape) < rate / (~special).float().mean().clamp(min=1e-9)) & ~special
    fate = torch.rand(ids.shape)
    changed = torch.where(fate < 0.8, mask_id, torch.randint(vocab, ids.shape))
    return torch.where(chosen & (fate < 0.9), changed, ids), torch.where(chosen, ids, -100)


# %% wrong mask_batch: one random id for each row
# loses mask_batch_shares: every id should come
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    chosen = (torch.rand(ids.shape) < rate) & ~special
    fate = torch.rand(ids.shape)
    changed = torch.where(fate < 0.8, mask_id, torch.randint(vocab, (len(ids), 1)))
    return torch.where(chosen & (fate < 0.9), changed, ids), torch.where(chosen, ids, -100)


# %% right mask_batch: bernoulli, as in the library
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    inputs, labels = ids.clone(), ids.clone()
    chosen = torch.bernoulli(torch.full(ids.shape, float(rate)).masked_fill(special, 0.0)).bool()
    labels[~chosen] = -100
    masked = torch.bernoulli(torch.full(ids.shape, 0.8)).bool() & chosen
    inputs[masked] = mask_id
    other = torch.bernoulli(torch.full(ids.shape, 0.5)).bool() & chosen & ~masked
    inputs[other] = torch.randint(0, vocab, ids.shape)[other]
    return inputs, labels


# %% right mask_batch: token by token for the chosen
def mask_batch(ids, special, vocab, mask_id, rate=0.15):
    inputs, labels = ids.clone(), torch.full_like(ids, -100)
    for place in ((torch.rand(ids.shape) < rate) & ~special).nonzero():
        row, column = place
        labels[row, column] = ids[row, column]
        fate = torch.rand(()).item()
        if fate < 0.8:
            inputs[row, column] = mask_id
        elif fate < 0.9:
            inputs[row, column] = torch.randint(vocab, ())
    return inputs, labels


# %% wrong best_span: two argmaxes
# loses best_span_values: is not inside the passage
# loses best_span_edges: is not inside the passage
def best_span(start_logits, end_logits, context, longest):
    if not context.any():
        raise ValueError("nothing")
    return start_logits.argmax().item(), end_logits.argmax().item()


# %% wrong best_span: the best start, then the best end behind it
# loses best_span_values: the best start may have no good end
# loses best_span_edges: Look at all pairs together
def best_span(start_logits, end_logits, context, longest):
    if not context.any():
        raise ValueError("nothing")
    start = start_logits.masked_fill(~context, -torch.inf).argmax().item()
    ends = end_logits.masked_fill(~context, -torch.inf)[start : start + longest]
    return start, start + ends.argmax().item()


# %% wrong best_span: one token too many is allowed
# loses best_span_values: are allowed
def best_span(start_logits, end_logits, context, longest):
    if not context.any():
        raise ValueError("nothing")
    time = len(context)
    legal = torch.ones(time, time, dtype=torch.bool).triu().tril(longest)
    legal = legal & context & context.unsqueeze(1)
    sums = (start_logits.unsqueeze(1) + end_logits).masked_fill(~legal, -torch.inf)
    return divmod(sums.argmax().item(), time)


# %% wrong best_span: illegal pairs get zero
# loses best_span_values: is not inside the passage
# loses best_span_edges: is not inside the passage
def best_span(start_logits, end_logits, context, longest):
    if not context.any():
        raise ValueError("nothing")
    time = len(context)
    legal = torch.ones(time, time, dtype=torch.bool).triu().tril(longest - 1)
    legal = legal & context & context.unsqueeze(1)
    sums = (start_logits.unsqueeze(1) + end_logits) * legal
    return divmod(sums.argmax().item(), time)


# %% wrong best_span: nothing to choose from gives (0, 0)
# loses best_span_edges: should raise ValueError
def best_span(start_logits, end_logits, context, longest):
    time = len(context)
    legal = torch.ones(time, time, dtype=torch.bool).triu().tril(longest - 1)
    legal = legal & context & context.unsqueeze(1)
    sums = (start_logits.unsqueeze(1) + end_logits).masked_fill(~legal, -torch.inf)
    return divmod(sums.argmax().item(), time)


# %% right best_span: two loops
def best_span(start_logits, end_logits, context, longest):
    places = context.nonzero().squeeze(1).tolist()
    if not places:
        raise ValueError("no passage")
    pairs = [(s, e) for s in places for e in places if s <= e < s + longest]
    return max(pairs, key=lambda pair: (start_logits[pair[0]] + end_logits[pair[1]]).item())


# %% right best_span: by length
def best_span(start_logits, end_logits, context, longest):
    if not bool(context.any()):
        raise ValueError("no passage")
    starts, ends = (x.masked_fill(~context, -torch.inf) for x in (start_logits, end_logits))
    best, span = -float("inf"), None
    for extra in range(min(longest, len(context))):
        sums = starts[: len(starts) - extra] + ends[extra:]
        value, place = sums.max(dim=0)
        if value.item() > best:
            best, span = value.item(), (place.item(), place.item() + extra)
    return span


# %% wrong lora: base is not frozen
# loses lora_start: freeze base
# loses lora_values: freeze base
# loses lora_merged: freeze base
class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        self.base, self.scale = base, alpha / rank
        self.down = nn.Parameter(torch.randn(rank, base.in_features, dtype=base.weight.dtype) / rank)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, dtype=base.weight.dtype))

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.down.T @ self.up.T)

    def merged(self):
        linear = copy.deepcopy(self.base)
        linear.weight.data += self.scale * (self.up @ self.down).detach()
        return linear


# %% wrong lora: both start at zero
# loses lora_start: down must be random
class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        self.base, self.scale = base.requires_grad_(False), alpha / rank
        self.down = nn.Parameter(torch.zeros(rank, base.in_features, dtype=base.weight.dtype))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, dtype=base.weight.dtype))

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.down.T @ self.up.T)

    def merged(self):
        linear = copy.deepcopy(self.base)
        linear.weight.data += self.scale * (self.up @ self.down).detach()
        return linear


# %% wrong lora: alpha is not divided by rank
# loses lora_values: alpha / rank
# loses lora_merged: alpha / rank
class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        self.base, self.scale = base.requires_grad_(False), alpha
        self.down = nn.Parameter(torch.randn(rank, base.in_features, dtype=base.weight.dtype) / rank)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, dtype=base.weight.dtype))

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.down.T @ self.up.T)

    def merged(self):
        linear = copy.deepcopy(self.base)
        linear.weight.data += self.scale * (self.up @ self.down).detach()
        return linear


# %% wrong lora: merged into base itself
# loses lora_merged: merged changed base itself
class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        self.base, self.scale = base.requires_grad_(False), alpha / rank
        self.down = nn.Parameter(torch.randn(rank, base.in_features, dtype=base.weight.dtype) / rank)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, dtype=base.weight.dtype))

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.down.T @ self.up.T)

    def merged(self):
        self.base.weight.data += self.scale * (self.up @ self.down).detach()
        return self.base


# %% wrong lora: the merge forgets the scale
# loses lora_merged: merged and unmerged differ
class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        self.base, self.scale = base.requires_grad_(False), alpha / rank
        self.down = nn.Parameter(torch.randn(rank, base.in_features, dtype=base.weight.dtype) / rank)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, dtype=base.weight.dtype))

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.down.T @ self.up.T)

    def merged(self):
        linear = copy.deepcopy(self.base)
        linear.weight.data += (self.up @ self.down).detach()
        return linear


# %% right lora: the weight is built in forward
class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        self.base, self.rank, self.alpha = base, rank, alpha
        for parameter in base.parameters():
            parameter.requires_grad = False
        self.down = nn.Parameter(base.weight.new_empty(rank, base.in_features).normal_(std=1 / rank))
        self.up = nn.Parameter(base.weight.new_zeros(base.out_features, rank))

    def weight(self):
        return self.base.weight + self.alpha / self.rank * self.up @ self.down

    def forward(self, x):
        return F.linear(x, self.weight(), self.base.bias)

    def merged(self):
        base = self.base
        linear = nn.Linear(base.in_features, base.out_features, base.bias is not None, dtype=base.weight.dtype)
        with torch.no_grad():
            linear.weight.copy_(self.weight())
            if base.bias is not None:
                linear.bias.copy_(base.bias)
        return linear


# %% right lora: functional
class LoRALinear(nn.Module):
    def __init__(self, base, rank, alpha):
        super().__init__()
        base.requires_grad_(False)
        self.base = base
        self.strength = alpha / rank
        out, inputs = base.weight.shape
        down = torch.empty(rank, inputs, dtype=base.weight.dtype)
        self.down = nn.Parameter(nn.init.normal_(down, std=1 / rank))
        self.up = nn.Parameter(torch.zeros(out, rank, dtype=base.weight.dtype))

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.down), self.up) * self.strength

    def merged(self):
        linear = copy.deepcopy(self.base)
        linear.weight = nn.Parameter((self.base.weight + self.strength * self.up @ self.down).detach())
        return linear


# %% wrong fine_tune: from scratch
# loses fine_tune_floor: of the new things are right
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(60):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong fine_tune: the body is handed over, not copied
# loses fine_tune_model: the pre-trained model was changed
# loses fine_tune_floor: the pre-trained model was changed
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert = pretrained.bert
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(60):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong fine_tune: a rate that learns nothing
# loses fine_tune_model: more steps, a larger rate
# loses fine_tune_floor: of the new things are right
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    for _ in range(60):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong fine_tune: only the head
# loses fine_tune_model: train all of it
# loses fine_tune_floor: train all of it
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=1e-2)
    for _ in range(150):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong fine_tune: gradients add up
# loses fine_tune_model: old gradients set to zero
# loses fine_tune_floor: old gradients set to zero
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(60):
        model(**batch).loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong fine_tune: the head is replaced after the optimizer was made
# loses fine_tune_model: train all of it
# loses fine_tune_floor: train all of it
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    model.classifier = nn.Linear(config.hidden_size, config.num_labels)
    for _ in range(60):
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong fine_tune: another batch than the one given
# loses fine_tune_floor: train on the batch that is given
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(60):
        optimizer.zero_grad()
        model(**train_batch).loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong fine_tune: left in train mode
# loses fine_tune_model: in eval mode
# loses fine_tune_floor: in eval mode
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    model.train()
    for _ in range(60):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% right fine_tune: two rates, the loss by hand
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(copy.deepcopy(pretrained.bert.state_dict()))
    groups = [{"params": model.bert.parameters(), "lr": 1e-3}, {"params": model.classifier.parameters(), "lr": 5e-3}]
    optimizer = torch.optim.AdamW(groups)
    for _ in range(80):
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        loss = F.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    return model


# %% right fine_tune: a copied body, Adam, small batches
def fine_tune(pretrained, batch, seed):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert = copy.deepcopy(pretrained.bert)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    model.train()
    for _ in range(20):
        for some in torch.randperm(len(batch["labels"])).split(8):
            model(**{name: value[some] for name, value in batch.items()}).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    return model.eval()


# %% wrong lab_head: the program as it was
# loses lab_head_repaired: the head is still not trained
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    return train_head(pretrained, batch, kinds, steps, seed)


# %% wrong lab_head: more steps and a larger rate
# loses lab_head_repaired: the head is still not trained
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    return train_head(pretrained, batch, kinds, 3 * steps, seed)


# %% wrong lab_head: the body is unfrozen instead
# loses lab_head_repaired: not frozen
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    model.classifier = nn.Linear(config.hidden_size, kinds)
    model.num_labels = kinds
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(steps):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong lab_head: the old head is kept, whatever the kinds
# loses lab_head_repaired: outputs for each token
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    model.bert.requires_grad_(False)
    optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=0.01)
    for _ in range(steps):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong lab_head: repaired, and the rate changed, too
# loses lab_head_repaired: The rate and the number of steps stay
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    model.bert.requires_grad_(False)
    model.classifier = nn.Linear(config.hidden_size, kinds)
    model.num_labels = kinds
    optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong lab_head: repaired, and the gradients pile up
# loses lab_head_repaired: set to zero before each step
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    model.bert.requires_grad_(False)
    model.classifier = nn.Linear(config.hidden_size, kinds)
    model.num_labels = kinds
    optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=0.01)
    for _ in range(steps):
        model(**batch).loss.backward()
        optimizer.step()
    return model.eval()


# %% right lab_head: the new head joins the optimizer
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(config)
    model.bert.load_state_dict(pretrained.bert.state_dict())
    model.bert.requires_grad_(False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    model.classifier = nn.Linear(config.hidden_size, kinds)
    model.num_labels = kinds
    optimizer.add_param_group({"params": model.classifier.parameters()})
    for _ in range(steps):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


# %% right lab_head: the number of kinds goes into the configuration
def lab_head(pretrained, batch, kinds, steps=150, seed=0):
    torch.manual_seed(seed)
    model = transformers.BertForTokenClassification(
        transformers.BertConfig(**{**config.to_dict(), "num_labels": kinds, "id2label": None, "label2id": None})
    )
    model.bert.load_state_dict(pretrained.bert.state_dict())
    for parameter in model.bert.parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
    return model.eval()


# %% wrong lab_cause: the frozen body is blamed
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "a"


# %% wrong lab_cause: a sentence instead of a letter
# loses lab_cause_letter: return one letter
def lab_cause():
    return "the optimizer holds the old head"


# %% wrong lab_cause: the labels are blamed
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "e"


# %% right lab_cause: a capital letter
def lab_cause():
    return "C"


# %% right lab_cause: a letter with a space
def lab_cause():
    return " c"


# %% equivalent answer_scores: exact = max(exact, float(ours == theirs)) -> exact = max(float(ours == theirs), exact)
# because the larger of two numbers does not depend on their order

# %% equivalent answer_scores: f1 = max(f1, float(ours == theirs) if not ours or not theirs else 2 * shared / (len(ours) + len(theirs))) -> f1 = max(float(ours == theirs) if not ours or not theirs else 2 * shared / (len(ours) + len(theirs)), f1)
# because the larger of two numbers does not depend on their order

# %% equivalent answer_scores: f1 = max(f1, float(ours == theirs) if not ours or not theirs else 2 * shared / (len(ours) + len(theirs))) -> f1 = max(f1, float(ours == theirs) if not ours and (not theirs) else 2 * shared / (len(ours) + len(theirs)))
# because with one side empty nothing is shared, and 2 * 0 divided by the words of the other is the same 0

# %% equivalent best_span: legal = torch.ones(time, time, dtype=torch.bool).triu().tril(longest - 1) -> legal = torch.ones(time, time, dtype=torch.bool).triu().tril(longest - 1)
# because two equal sizes changed places

# %% equivalent fine_tune: for _ in range(60): -> for _ in range(61):
# because the task leaves the number of steps free: one more meets every demand, too

# %% equivalent fine_tune: for _ in range(60): -> for _ in range(59):
# because the task leaves the number of steps free: one less meets every demand, too

# %% equivalent mask_batch: chosen = (torch.rand(ids.shape) < rate) & ~special -> chosen = (torch.rand(ids.shape) <= rate) & ~special
# because a draw that equals the rate to the last bit comes once in 16 million

# %% equivalent mask_batch: changed = torch.where(fate < 0.8, mask_id, torch.randint(vocab, ids.shape)) -> changed = torch.where(fate <= 0.8, mask_id, torch.randint(vocab, ids.shape))
# because a draw that equals 0.8 to the last bit comes once in 16 million

# %% equivalent mask_batch: inputs = torch.where(chosen & (fate < 0.9), changed, ids) -> inputs = torch.where(chosen & (fate <= 0.9), changed, ids)
# because a draw that equals 0.9 to the last bit comes once in 16 million

# %% equivalent rouge_l: row = [0] * (len(theirs) + 1) -> row = [0] * (len(theirs) + 2)
# because one more zero at the end of the first row is never looked at, and without words the last is still 0

# %% equivalent rouge_l: row.append(before[j] + 1 if word == other else max(before[j + 1], row[j])) -> row.append(before[j] + 1 if word == other else max(row[j], before[j + 1]))
# because the larger of two numbers does not depend on their order
