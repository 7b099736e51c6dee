# %% wrong tokenize: split at spaces
# loses tokenize_rules: each sign is a token of its own
# loses tokenize_unicode: the curly apostrophe
def tokenize(text):
    return text.casefold().split()


# %% wrong tokenize: words only, signs are thrown away
# loses tokenize_rules: each sign is a token of its own
# loses tokenize_unicode: joined, the tokens should give the text
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)*", text)


# %% wrong tokenize: apostrophes cut words
# loses tokenize_rules: an apostrophe between letters belongs to the word
# loses tokenize_unicode: the curly apostrophe
def tokenize(text):
    return re.findall(r"\w+|[^\w\s]", unicodedata.normalize("NFC", text.casefold()).replace("’", "'"))


# %% wrong tokenize: apostrophes and hyphens belong to words wherever they stand
# loses tokenize_rules: at a word's edge, ' is a token
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|[\w'-]+|[^\w\s]", text)


# %% wrong tokenize: one hyphen at most
# loses tokenize_rules: several hyphens
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)?|[^\w\s]", text)


# %% wrong tokenize: numbers are cut at the dot
# loses tokenize_rules: a dot between digits
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: digits alone are taken by rule 1
# loses tokenize_rules: rule 2 takes them
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)*|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: the last dot belongs to the number, too
# loses tokenize_rules: a dot at the end
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d[\d.,]*|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: a dot between letters belongs to the word
# loses tokenize_rules: between letters, a dot or comma is a token
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\w+(?:[.,]\w+)+|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: capitals kept
# loses tokenize_rules: small letters
# loses tokenize_unicode: NFC
def tokenize(text):
    text = unicodedata.normalize("NFC", text).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: lower instead of casefold
# loses tokenize_unicode: casefold, not lower
def tokenize(text):
    text = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: no normalisation
# loses tokenize_unicode: normalise to NFC first
def tokenize(text):
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)*|[^\w\s]", text.casefold().replace("’", "'"))


# %% wrong tokenize: NFKC, which turns ½ into three characters
# loses tokenize_unicode: joined, the tokens should give the text
def tokenize(text):
    text = unicodedata.normalize("NFKC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: the alphabet is English
# loses tokenize_rules: expected
# loses tokenize_unicode: combining accent
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"[0-9]+(?:[.,][0-9]+)+|[a-z0-9]+(?:'[a-z0-9]+)*|[^\w\s]", text)


# %% wrong tokenize: a generator
# loses tokenize_rules: should be a list
# loses tokenize_unicode: should be a list
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return (m[0] for m in re.finditer(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)*|[^\w\s]", text))


# %% wrong tokenize: NFC first, and casefold takes letters apart again
# loses tokenize_unicode: NFC comes after it
def tokenize(text):
    text = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: any number of hyphens and apostrophes joins
# loses tokenize_rules: a single hyphen joins
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w+(?:[-']+\w+)*|[^\w\s]", text)


# %% wrong tokenize: from the first letter to the last
# loses tokenize_rules: a single hyphen joins
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+|\w[\w'-]*\w|\w|[^\w\s]", text)


# %% wrong tokenize: any number of dots and commas joins digits
# loses tokenize_rules: a single dot joins digits
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d[\d.,]*[.,]\d+|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: dots or commas in a number, not both
# loses tokenize_rules: dots and commas between digits, in one number
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+\.\d+|\d+(?:,\d+)+|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% wrong tokenize: one rule for words and numbers
# loses tokenize_rules: at the v only rule 2 fits
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\w+(?:[-']\w+|(?<=\d)[.,]\d+)*|[^\w\s]", text)


# %% wrong tokenize: a number only where no letter follows
# loses tokenize_rules: rule 1 takes 1.5
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    return re.findall(r"\d+(?:[.,]\d+)+\b|\w+(?:[-']\w+)*|[^\w\s]", text)


# %% right tokenize: finditer, casefold first, the pattern compiled
def tokenize(text):
    pattern = re.compile(r"\d+(?:[.,]\d+)+|\w+(?:[-'’]\w+)*|\S")
    form = unicodedata.normalize("NFC", text.casefold())
    return [found.group().replace("’", "'") for found in pattern.finditer(form)]


# %% right tokenize: by hand, character by character
def tokenize(text):
    text = unicodedata.normalize("NFC", text.casefold()).replace("’", "'")
    word = lambda c: c.isalnum() or c == "_"
    tokens, i = [], 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        j = i + 1
        if word(text[i]):
            k = i
            while k < len(text) and text[k].isdigit():
                k += 1
            decimal = False
            while k > i and k + 1 < len(text) and text[k] in ".," and text[k + 1].isdigit():
                decimal, k = True, k + 1
                while k < len(text) and text[k].isdigit():
                    k += 1
            if decimal:
                j = k
            else:
                while j < len(text) and (word(text[j]) or text[j] in "-'" and j + 1 < len(text) and word(text[j + 1])):
                    j += 1
        tokens.append(text[i:j])
        i = j
    return tokens


# %% wrong vocab: in order of appearance
# loses vocab_order: the most frequent first
# loses vocab_codes: expected
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        kept = sorted({t for t in counts if counts[t] >= min_count})
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: most_common leaves equal counts as they came
# loses vocab_order: by the alphabet, not as they came
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        kept = [token for token, count in counts.most_common() if count >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: max_size does not count the special tokens
# loses vocab_order: with max_size=7 there is room for three tokens
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count][:max_size]
        self.tokens = ["<pad>", "<unk>", "<bos>", "<eos>"] + kept
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: min_count is ignored
# loses vocab_order: with min_count=2
# loses vocab_codes: expected [4, 1]
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + ranked)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: min_count means in how many texts
# loses vocab_order: the most frequent first
# loses vocab_codes: expected
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in set(text))
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: a plain lookup, unknown tokens stop it
# loses vocab_codes: KeyError
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids[token] for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: unknown tokens are dropped
# loses vocab_codes: expected [1, 4]
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids[token] for token in tokens if token in self.ids]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: the ends always stand there
# loses vocab_order: should have the ids
# loses vocab_codes: expected [5, 4, 5]
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=True):
        return [2] + [self.ids.get(token, 1) for token in tokens] + [3]

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: decode stops at the first <eos>
# loses vocab_codes: expected ['soup', 'tea', 'hot']
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        tokens = []
        for i in ids:
            if i == 3:
                break
            if i not in (0, 2):
                tokens.append(self.tokens[i])
        return tokens


# %% wrong vocab: decode drops <unk> as well
# loses vocab_codes: '<unk>'
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i > 3]


# %% wrong vocab: decode gives a string
# loses vocab_codes: should be a list
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return " ".join(self.tokens[i] for i in ids if i not in (0, 2, 3))


# %% wrong vocab: one table for all vocabularies, on the class
# loses vocab_codes: expected
# loses vocab_order: expected 4 special tokens
class Vocab:
    tokens = ["<pad>", "<unk>", "<bos>", "<eos>"]

    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        for token in sorted(counts, key=lambda token: (-counts[token], token)):
            if counts[token] >= min_count and (max_size is None or len(self.tokens) < max_size):
                self.tokens.append(token)

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.tokens.index(token) if token in self.tokens else 1 for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: cut to max_size before equal counts are in order
# loses vocab_order: order first, then cut
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        common = counts.most_common(None if max_size is None else max_size - 4)
        kept = sorted((-n, token) for token, n in common if n >= min_count)
        self.tokens = ["<pad>", "<unk>", "<bos>", "<eos>"] + [token for _, token in kept]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: no room for other tokens is taken for no limit
# loses vocab_order: with max_size=4
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        room = (max_size or 4) - 4
        self.tokens = ["<pad>", "<unk>", "<bos>", "<eos>"] + (kept[:room] if room else kept)
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: an empty list gets no ends
# loses vocab_codes: expected [2, 3]
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends and ids else ids

    def decode(self, ids):
        return [self.tokens[i] for i in ids if i not in (0, 2, 3)]


# %% wrong vocab: decode leaves out <bos> at the front only
# loses vocab_codes: expected ['soup', 'tea', 'hot']
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter(token for text in texts for token in text)
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count]
        self.tokens = (["<pad>", "<unk>", "<bos>", "<eos>"] + kept)[:max_size]
        self.ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self):
        return len(self.tokens)

    def encode(self, tokens, ends=False):
        ids = [self.ids.get(token, 1) for token in tokens]
        return [2, *ids, 3] if ends else ids

    def decode(self, ids):
        ids = list(ids)
        if ids and ids[0] == 2:
            ids = ids[1:]
        return [self.tokens[i] for i in ids if i not in (0, 3)]


# %% right vocab: two sorts, a loop, a defaultdict-free lookup
class Vocab:
    def __init__(self, texts, min_count=1, max_size=None):
        counts = {}
        for text in texts:
            for token in text:
                counts[token] = counts.get(token, 0) + 1
        ranked = sorted(counts)
        ranked.sort(key=counts.get, reverse=True)  # a stable sort keeps the alphabet among equals
        self.token_of = dict(enumerate(["<pad>", "<unk>", "<bos>", "<eos>"]))
        for token in ranked:
            if counts[token] < min_count or (max_size is not None and len(self.token_of) == max_size):
                break
            self.token_of[len(self.token_of)] = token
        self.id_of = {token: i for i, token in self.token_of.items()}

    def __len__(self):
        return len(self.id_of)

    def encode(self, tokens, ends=False):
        ids = [2] if ends else []
        for token in tokens:
            ids.append(self.id_of[token] if token in self.id_of else 1)
        return ids + [3] * ends

    def decode(self, ids):
        return [self.token_of[i] for i in ids if i == 1 or i > 3]


# %% right vocab: a subclass of dict
class Vocab(dict):
    def __init__(self, texts, min_count=1, max_size=None):
        counts = Counter()
        for text in texts:
            counts.update(text)
        kept = sorted((-n, token) for token, n in counts.items() if n >= min_count)
        names = "<pad> <unk> <bos> <eos>".split() + [token for _, token in kept]
        super().__init__((token, i) for i, token in enumerate(names[: max_size or len(names)]))

    def encode(self, tokens, ends=False):
        ids = (self.get(token, 1) for token in (["<bos>"] * ends + list(tokens) + ["<eos>"] * ends))
        return list(ids)

    def decode(self, ids):
        names = list(self)
        return [names[i] for i in ids if names[i] not in ("<pad>", "<bos>", "<eos>")]


# %% wrong train_bpe: pieces count once, however often they occur
# loses train_bpe_small: a pair counts as often as its piece occurs
# loses train_bpe_real: the merges: number
def train_bpe(counts, merges):
    words = [[bytes([b]) for b in piece.encode()] for piece in counts]
    learnt = []
    for _ in range(merges):
        pairs = Counter(pair for word in words for pair in zip(word, word[1:]))
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        for word in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [best[0] + best[1]]
                i += 1
    return learnt


# %% wrong train_bpe: equal counts are decided by who came first
# loses train_bpe_small: equally frequent: the smallest
# loses train_bpe_real: the merges: number
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = pairs.most_common(1)[0][0]
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: equal counts are decided by the largest pair
# loses train_bpe_small: equally frequent: the smallest
# loses train_bpe_real: the merges: number
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: the pairs are counted once, at the start
# loses train_bpe_small: merge 2 is
# loses train_bpe_real: the merges: number
def train_bpe(counts, merges):
    pairs = Counter()
    for piece, n in counts.items():
        word = [bytes([b]) for b in piece.encode()]
        for pair in zip(word, word[1:]):
            pairs[pair] += n
    return sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:merges]


# %% wrong train_bpe: stops at pairs that occur once
# loses train_bpe_small: expected 2
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs or max(pairs.values()) < 2:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: no end when nothing is left to merge
# loses train_bpe_small: stopped with ValueError
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: characters instead of bytes
# loses train_bpe_small: expected 1
def train_bpe(counts, merges):
    words = {tuple(c.encode() for c in piece): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: strings instead of bytes
# loses train_bpe_small: pair of bytes
# loses train_bpe_real: pair of bytes
def train_bpe(counts, merges):
    words = {tuple(piece): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        words = {tuple("".join(word).replace("".join(best), "".join(best))): n for word, n in words.items()}
        new_words = {}
        for word, n in words.items():
            new_words[word] = n
        words = new_words
        if len(set(learnt)) < len(learnt):
            break
    return learnt


# %% wrong train_bpe: a pair counts once in a piece
# loses train_bpe_small: stands twice in zzz
# loses train_bpe_real: the merges: number
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in set(zip(word, word[1:])):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: the caller's counts are used up
# loses train_bpe_small: it was given
# loses train_bpe_real: it was given
def train_bpe(counts, merges):
    words = []
    while counts:
        piece, n = counts.popitem()
        words.append(([bytes([b]) for b in piece.encode()], n))
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words:
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        for word, _ in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [best[0] + best[1]]
                i += 1
    return learnt


# %% wrong train_bpe: numbers instead of bytes
# loses train_bpe_small: pair of bytes
# loses train_bpe_real: pair of bytes
def train_bpe(counts, merges):
    pairs = Counter()
    for piece, n in counts.items():
        whole = piece.encode()
        for pair in zip(whole, whole[1:]):
            pairs[pair] += n
    return sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:merges]


# %% wrong train_bpe: equal counts are decided by the joined bytes
# loses train_bpe_small: pairs are compared as tuples
# loses train_bpe_real: the merges: number
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair[0] + pair[1]))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: merged from right to left
# loses train_bpe_small: merged from left to right
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], len(word)
            while i > 0:
                step = 2 if word[max(i - 2, 0) : i] == best else 1
                new.insert(0, b"".join(word[i - step : i]))
                i -= step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% wrong train_bpe: at least one merge, even if none is asked for
# loses train_bpe_small: no merges asked for
def train_bpe(counts, merges):
    words = {tuple(bytes([b]) for b in piece.encode()): n for piece, n in counts.items()}
    learnt = []
    while not learnt or len(learnt) < merges:
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        new_words = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            new_words[tuple(new)] = n
        words = new_words
    return learnt


# %% right train_bpe: lists changed in place, sorted instead of min
def train_bpe(counts, merges):
    words = [([bytes([b]) for b in piece.encode()], n) for piece, n in counts.items()]
    learnt = []
    for _ in range(merges):
        pairs = {}
        for word, n in words:
            for i in range(len(word) - 1):
                pair = word[i], word[i + 1]
                pairs[pair] = pairs.get(pair, 0) + n
        if len(pairs) == 0:
            return learnt
        best = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[0][0]
        learnt.append(best)
        for word, _ in words:
            i = 0
            while i + 1 < len(word):
                if word[i] == best[0] and word[i + 1] == best[1]:
                    word[i : i + 2] = [best[0] + best[1]]
                i += 1
    return learnt


# %% right train_bpe: each piece as often as it occurs, a step as an index
def train_bpe(counts, merges):
    words = [tuple(bytes([b]) for b in piece.encode()) for piece, n in counts.items() for _ in range(n)]
    learnt = []
    while len(learnt) < merges:
        pairs = Counter()
        for word in words:
            pairs.update(zip(word, word[1:]))
        if not pairs:
            break
        most = max(pairs.values())
        best = min(pair for pair in pairs if pairs[pair] == most)
        learnt.append(best)
        merged = []
        for word in words:
            new, i = [], 0
            while i < len(word):
                step = 2 if word[i : i + 2] == best else 1
                new.append(b"".join(word[i : i + step]))
                i += step
            merged.append(tuple(new))
        words = merged
    return learnt


# %% wrong encode_bpe: the longest known token first
# loses encode_bpe_order: the pair learnt first is merged first
# loses encode_bpe_real: the tokens of
def encode_bpe(text, merges):
    known = {left + right for left, right in merges}
    tokens = []
    for piece in chunks(text):
        rest = piece.encode()
        while rest:
            size = max((n for n in range(1, len(rest) + 1) if rest[:n] in known), default=1)
            tokens.append(rest[:size])
            rest = rest[size:]
    return tokens


# %% wrong encode_bpe: the text is not cut into pieces first
# loses encode_bpe_order: no merge across pieces
def encode_bpe(text, merges):
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    word = [bytes([b]) for b in text.encode()]
    while known := [pair for pair in zip(word, word[1:]) if pair in ranks]:
        first, new, i = min(known, key=ranks.get), [], 0
        while i < len(word):
            step = 2 if tuple(word[i : i + 2]) == first else 1
            new.append(b"".join(word[i : i + step]))
            i += step
        word = new
    return word


# %% wrong encode_bpe: the leftmost known pair first
# loses encode_bpe_order: the pair learnt first is merged first
# loses encode_bpe_real: the tokens of
def encode_bpe(text, merges):
    tokens = []
    for piece in chunks(text):
        word, i = [bytes([b]) for b in piece.encode()], 0
        while i + 1 < len(word):
            if (word[i], word[i + 1]) in merges:
                word[i : i + 2] = [word[i] + word[i + 1]]
                i = max(i - 1, 0)
            else:
                i += 1
        tokens += word
    return tokens


# %% wrong encode_bpe: the merges from the last to the first
# loses encode_bpe_order: one merge after the other
# loses encode_bpe_real: eight merges
def encode_bpe(text, merges):
    tokens = []
    for piece in chunks(text):
        word = [bytes([b]) for b in piece.encode()]
        for pair in reversed(merges):
            i = 0
            while i + 1 < len(word):
                if (word[i], word[i + 1]) == pair:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                i += 1
        tokens += word
    return tokens


# %% wrong encode_bpe: only the first place of each pair
# loses encode_bpe_order: expected
# loses encode_bpe_real: the tokens of
def encode_bpe(text, merges):
    tokens = []
    for piece in chunks(text):
        word = [bytes([b]) for b in piece.encode()]
        for pair in merges:
            for i in range(len(word) - 1):
                if (word[i], word[i + 1]) == pair:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                    break
        tokens += word
    return tokens


# %% wrong encode_bpe: spaces are lost
# loses encode_bpe_order: expected
# loses encode_bpe_real: expected
def encode_bpe(text, merges):
    tokens = []
    for piece in text.split():
        word = [bytes([b]) for b in piece.encode()]
        for pair in merges:
            i = 0
            while i + 1 < len(word):
                if (word[i], word[i + 1]) == pair:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                i += 1
        tokens += word
    return tokens


# %% wrong encode_bpe: characters instead of bytes
# loses encode_bpe_order: the tokens
# loses encode_bpe_real: the tokens
def encode_bpe(text, merges):
    return [character for piece in chunks(text) for character in piece]


# %% wrong encode_bpe: single bytes, no merge
# loses encode_bpe_order: one merge after the other
# loses encode_bpe_real: eight merges
def encode_bpe(text, merges):
    return [bytes([b]) for b in text.encode()]


# %% wrong encode_bpe: small letters
# loses encode_bpe_real: expected
def encode_bpe(text, merges):
    tokens = []
    for piece in chunks(text.lower()):
        word = [bytes([b]) for b in piece.encode()]
        for pair in merges:
            i = 0
            while i + 1 < len(word):
                if (word[i], word[i + 1]) == pair:
                    word[i : i + 2] = [word[i] + word[i + 1]]
                i += 1
        tokens += word
    return tokens


# %% right encode_bpe: every merge in turn, in place
def encode_bpe(text, merges):
    tokens = []
    for piece in chunks(text):
        word = [bytes([b]) for b in piece.encode()]
        for left, right in merges:
            i = 0
            while i + 1 < len(word):
                if word[i] == left and word[i + 1] == right:
                    word[i : i + 2] = [left + right]
                i += 1
        tokens.extend(word)
    return tokens


# %% right encode_bpe: recursion over one piece
def encode_bpe(text, merges):
    ranks = {pair: rank for rank, pair in enumerate(merges)}

    def solve(word):
        ranked = [(ranks[pair], i) for i, pair in enumerate(zip(word, word[1:])) if pair in ranks]
        if not ranked:
            return word
        _, i = min(ranked)
        return solve(word[:i] + [word[i] + word[i + 1]] + word[i + 2 :])

    return sum((solve([bytes([b]) for b in piece.encode()]) for piece in chunks(text)), [])


# %% wrong decode_bpe: each token decoded by itself
# loses decode_bpe_trip: stopped with UnicodeDecodeError
def decode_bpe(tokens):
    return "".join(token.decode() for token in tokens)


# %% wrong decode_bpe: each token decoded by itself, errors replaced
# loses decode_bpe_trip: Join all bytes first
def decode_bpe(tokens):
    return "".join(token.decode("utf-8", errors="replace") for token in tokens)


# %% wrong decode_bpe: broken bytes are dropped
# loses decode_bpe_trip: expected
def decode_bpe(tokens):
    return b"".join(tokens).decode("utf-8", errors="ignore")


# %% wrong decode_bpe: broken bytes stop it
# loses decode_bpe_trip: UnicodeDecodeError
def decode_bpe(tokens):
    return b"".join(tokens).decode("utf-8")


# %% wrong decode_bpe: spaces between the tokens
# loses decode_bpe_trip: the round trip changed
def decode_bpe(tokens):
    return b" ".join(tokens).decode("utf-8", errors="replace")


# %% wrong decode_bpe: Latin-1, one character a byte
# loses decode_bpe_trip: the round trip changed
def decode_bpe(tokens):
    return b"".join(tokens).decode("latin-1")


# %% wrong decode_bpe: bytes are returned
# loses decode_bpe_trip: should return a string
def decode_bpe(tokens):
    return b"".join(tokens)


# %% right decode_bpe: a bytearray, str()
def decode_bpe(tokens):
    whole = bytearray()
    for token in tokens:
        whole += token
    return str(whole, "utf-8", "replace")


# %% right decode_bpe: a list of numbers
def decode_bpe(tokens):
    return bytes(byte for token in tokens for byte in token).decode(errors="replace")


# %% wrong collate_bags: the ends instead of the beginnings
# loses collate_bags_values: where each review begins
# loses collate_bags_model: nn.EmbeddingBag refuses
def collate_bags(samples):
    texts = [ids for ids, _ in samples]
    lengths = torch.tensor([len(ids) for ids in texts])
    return torch.cat(texts), lengths.cumsum(0), torch.tensor([label for _, label in samples])


# %% wrong collate_bags: lengths instead of offsets
# loses collate_bags_values: where each review begins
# loses collate_bags_model: nn.EmbeddingBag refuses
def collate_bags(samples):
    texts = [ids for ids, _ in samples]
    return torch.cat(texts), torch.tensor([len(ids) for ids in texts]), torch.tensor([label for _, label in samples])


# %% wrong collate_bags: one offset too many
# loses collate_bags_values: Shape
# loses collate_bags_model: offsets
def collate_bags(samples):
    texts = [ids for ids, _ in samples]
    ends = torch.tensor([0] + [len(ids) for ids in texts]).cumsum(0)
    return torch.cat(texts), ends, torch.tensor([label for _, label in samples])


# %% wrong collate_bags: empty reviews are left out
# loses collate_bags_values: offsets
# loses collate_bags_model: each review once
def collate_bags(samples):
    samples = [(ids, label) for ids, label in samples if len(ids)]
    texts = [ids for ids, _ in samples] or [torch.tensor([], dtype=torch.int64)]
    lengths = torch.tensor([len(ids) for ids, _ in samples], dtype=torch.int64)
    labels = torch.tensor([label for _, label in samples], dtype=torch.int64)
    return torch.cat(texts), lengths.cumsum(0) - lengths, labels


# %% wrong collate_bags: an empty review becomes an unknown word
# loses collate_bags_values: all ids end to end
# loses collate_bags_model: got another vector than alone
def collate_bags(samples):
    texts = [ids if len(ids) else torch.tensor([1]) for ids, _ in samples]
    lengths = torch.tensor([len(ids) for ids in texts])
    return torch.cat(texts), lengths.cumsum(0) - lengths, torch.tensor([label for _, label in samples])


# %% wrong collate_bags: padded rows
# loses collate_bags_values: Shape
# loses collate_bags_model: nn.EmbeddingBag refuses
def collate_bags(samples):
    texts = [ids for ids, _ in samples]
    lengths = torch.tensor([len(ids) for ids in texts])
    padded = nn.utils.rnn.pad_sequence(texts, batch_first=True)
    return padded, lengths.cumsum(0) - lengths, torch.tensor([label for _, label in samples])


# %% wrong collate_bags: labels as floats
# loses collate_bags_values: dtype
# loses collate_bags_model: dtype
def collate_bags(samples):
    texts = [ids for ids, _ in samples]
    lengths = torch.tensor([len(ids) for ids in texts])
    return torch.cat(texts), lengths.cumsum(0) - lengths, torch.tensor([float(label) for _, label in samples])


# %% wrong collate_bags: all reviews thought as long as the first
# loses collate_bags_values: where each review begins
# loses collate_bags_model: got another vector than alone
def collate_bags(samples):
    texts = [ids for ids, _ in samples]
    offsets = torch.arange(len(texts)) * len(texts[0])
    flat = torch.cat(texts)
    return flat, offsets.clamp(max=len(flat)), torch.tensor([label for _, label in samples])


# %% wrong collate_bags: from Python lists, so that a batch of empty reviews is float32
# loses collate_bags_values: nothing but empty reviews
def collate_bags(samples):
    flat = torch.tensor([i for ids, _ in samples for i in ids.tolist()])
    lengths = torch.tensor([len(ids) for ids, _ in samples])
    return flat, lengths.cumsum(0) - lengths, torch.tensor([label for _, label in samples])


# %% wrong collate_bags: an offset behind the last id is pulled back
# loses collate_bags_values: an empty review at the end
# loses collate_bags_model: got another vector than alone
def collate_bags(samples):
    flat = torch.cat([ids for ids, _ in samples])
    lengths = torch.tensor([len(ids) for ids, _ in samples])
    offsets = (lengths.cumsum(0) - lengths).clamp(max=max(len(flat) - 1, 0))
    return flat, offsets, torch.tensor([label for _, label in samples])


# %% wrong collate_bags: an empty review at the start takes a place
# loses collate_bags_values: an empty review at the start
# loses collate_bags_model: nn.EmbeddingBag refuses
def collate_bags(samples):
    flat, offsets, end = torch.cat([ids for ids, _ in samples]), [], 0
    for ids, _ in samples:
        offsets.append(end)
        end += max(len(ids), 1) if end == 0 else len(ids)
    return flat, torch.tensor(offsets), torch.tensor([label for _, label in samples])


# %% right collate_bags: a loop and lists
def collate_bags(samples):
    flat, offsets, labels = [], [], []
    for ids, label in samples:
        offsets.append(len(flat))
        flat += ids.tolist()
        labels.append(label)
    return tuple(torch.tensor(values, dtype=torch.int64) for values in (flat, offsets, labels))


# %% right collate_bags: zip, a zero in front, the last dropped
def collate_bags(samples):
    texts, labels = zip(*samples)
    offsets = torch.tensor([0, *map(len, texts)])[:-1].cumsum(0)
    return [torch.cat(texts), offsets, torch.as_tensor(labels)]


# %% wrong most_similar: the dot product
# loses most_similar_values: a cosine above 1
# loses most_similar_edges: a cosine above 1
def most_similar(word, table, k):
    similarity = table @ table[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: only the table's rows are divided by their lengths
# loses most_similar_values: a cosine above 1
# loses most_similar_edges: cosine
def most_similar(word, table, k):
    norms = table.norm(dim=1, keepdim=True)
    similarity = (table / torch.where(norms > 0, norms, 1.0)) @ table[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: Euclidean distance
# loses most_similar_values: the ids are
# loses most_similar_edges: the
def most_similar(word, table, k):
    distance = (table - table[word]).norm(dim=1)
    distance[word] = math.inf
    ids = distance.argsort()[:k]
    return ids, F.cosine_similarity(table[ids], table[word].unsqueeze(0), dim=1)


# %% wrong most_similar: the word itself is the best
# loses most_similar_values: itself is among the ids
# loses most_similar_edges: itself is among the ids
def most_similar(word, table, k):
    norms = table.norm(dim=1, keepdim=True)
    unit = table / torch.where(norms > 0, norms, 1.0)
    values, ids = (unit @ unit[word]).topk(k)
    return ids, values


# %% wrong most_similar: the best one is thought to be the word itself
# loses most_similar_edges: among the ids
def most_similar(word, table, k):
    norms = table.norm(dim=1, keepdim=True)
    unit = table / torch.where(norms > 0, norms, 1.0)
    values, ids = (unit @ unit[word]).topk(k + 1)
    return ids[1:], values[1:]


# %% wrong most_similar: rows of zeros give nan
# loses most_similar_edges: nan
def most_similar(word, table, k):
    unit = table / table.norm(dim=1, keepdim=True)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: a small number is added to the lengths
# loses most_similar_values: the cosines
# loses most_similar_edges: the cosines
def most_similar(word, table, k):
    unit = table / (table.norm(dim=1, keepdim=True) + 0.01)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: the table is brought to length 1 in place
# loses most_similar_values: changed a tensor it was given
# loses most_similar_edges: changed a tensor it was given
def most_similar(word, table, k):
    table /= table.norm(dim=1, keepdim=True).clamp(min=1e-30)
    similarity = table @ table[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: the worst first
# loses most_similar_values: the greatest first
# loses most_similar_edges: the greatest first
def most_similar(word, table, k):
    norms = table.norm(dim=1, keepdim=True)
    unit = table / torch.where(norms > 0, norms, 1.0)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids.flip(0), values.flip(0)


# %% wrong most_similar: cosines first, as topk gives them
# loses most_similar_values: swapped
# loses most_similar_edges: swapped
def most_similar(word, table, k):
    unit = table / table.norm(dim=1, keepdim=True).clamp(min=1e-12)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return values, ids


# %% wrong most_similar: always three
# loses most_similar_values: shape
# loses most_similar_edges: shape
def most_similar(word, table, k):
    norms = table.norm(dim=1, keepdim=True)
    unit = table / torch.where(norms > 0, norms, 1.0)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(min(3, len(table) - 1))
    return ids, values


# %% wrong most_similar: everything in float32
# loses most_similar_edges: dtype
def most_similar(word, table, k):
    table = table.float()
    norms = table.norm(dim=1, keepdim=True)
    unit = table / torch.where(norms > 0, norms, 1.0)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: similarity without its sign
# loses most_similar_values: expected
# loses most_similar_edges: expected
def most_similar(word, table, k):
    norms = table.norm(dim=1, keepdim=True)
    unit = table / torch.where(norms > 0, norms, 1.0)
    similarity = (unit @ unit[word]).abs()
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: lengths below 1e-6 are taken for 1e-6
# loses most_similar_edges: rows of length 1e-7
def most_similar(word, table, k):
    unit = table / table.norm(dim=1, keepdim=True).clamp(min=1e-6)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: the product of the lengths is at least 1e-12
# loses most_similar_edges: rows of length 1e-7
def most_similar(word, table, k):
    norms = table.norm(dim=1)
    similarity = (table @ table[word]) / (norms * norms[word]).clamp(min=1e-12)
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: the squared lengths are at least 1e-12
# loses most_similar_edges: rows of length 1e-7
def most_similar(word, table, k):
    unit = table / (table * table).sum(dim=1, keepdim=True).clamp(min=1e-12).sqrt()
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: 1e-10 is added to the lengths
# loses most_similar_edges: rows of length 1e-7
def most_similar(word, table, k):
    unit = table / (table.norm(dim=1, keepdim=True) + 1e-10)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% wrong most_similar: the word itself gets -1, which opposite words have, too
# loses most_similar_edges: itself is among the ids
def most_similar(word, table, k):
    unit = table / table.norm(dim=1, keepdim=True).clamp(min=1e-12)
    similarity = unit @ unit[word]
    similarity[word] = -1
    values, ids = similarity.topk(k)
    return ids, values


# %% right most_similar: short lengths are taken for 1e-8, as in the lesson
def most_similar(word, table, k):
    unit = table / table.norm(dim=1, keepdim=True).clamp(min=1e-8)
    similarity = unit @ unit[word]
    similarity[word] = -math.inf
    values, ids = similarity.topk(k)
    return ids, values


# %% right most_similar: F.cosine_similarity of the others
def most_similar(word, table, k):
    others = (torch.arange(len(table)) != word).nonzero().squeeze(1)
    cosines = F.cosine_similarity(table[others], table[word].unsqueeze(0), dim=1, eps=1e-12)
    values, order = cosines.sort(descending=True)
    return others[order[:k]], values[:k]


# %% right most_similar: F.normalize and argsort
def most_similar(word, table, k):
    unit = F.normalize(table, dim=1, eps=1e-30)
    similarity = (unit * unit[word]).sum(dim=1)
    order = similarity.argsort(descending=True)
    order = order[order != word][:k]
    return order, similarity[order]


# %% right most_similar: the others are collected in a loop
def most_similar(word, table, k):
    others = [i for i in range(len(table)) if i != word]
    cosines = []
    for i in others:
        lengths = table[i].norm() * table[word].norm()
        cosines.append((table[i] @ table[word]) / lengths if lengths > 0 else table[i].sum() * 0)
    values, places = torch.stack(cosines).topk(k)
    return torch.tensor(others)[places], values


# %% wrong train_reviews: a word list
# loses train_reviews_floor: are needed
# loses train_reviews_manners: get the turned verdict
def train_reviews(train, valid):
    def judge(texts):
        return torch.tensor([float(by_list(text)) for text in texts])

    return judge


# %% wrong train_reviews: everything recommends
# loses train_reviews_floor: are needed
# loses train_reviews_manners: labels the right way round
def train_reviews(train, valid):
    return lambda texts: torch.full((len(texts),), 0.9)


# %% wrong train_reviews: probabilities of warning
# loses train_reviews_floor: are needed
# loses train_reviews_manners: labels the right way round
def train_reviews(train, valid):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    table = TfidfVectorizer(token_pattern=r"\w+").fit([review.text for review in train])
    model = LogisticRegression(C=3, max_iter=500).fit(
        table.transform([r.text for r in train]), [r.label for r in train]
    )
    return lambda texts: torch.from_numpy(model.predict_proba(table.transform(texts))[:, 0]).float()


# %% wrong train_reviews: verdicts of 0 and 1 as int64
# loses train_reviews_floor: dtype
# loses train_reviews_manners: dtype
def train_reviews(train, valid):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    table = TfidfVectorizer(token_pattern=r"\w+").fit([review.text for review in train])
    model = LogisticRegression(C=3, max_iter=500).fit(
        table.transform([r.text for r in train]), [r.label for r in train]
    )
    return lambda texts: torch.from_numpy(model.predict(table.transform(texts)))


# %% wrong train_reviews: logits instead of probabilities
# loses train_reviews_floor: softmax or sigmoid is missing
def train_reviews(train, valid):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    table = TfidfVectorizer(token_pattern=r"\w+").fit([review.text for review in train])
    model = LogisticRegression(C=3, max_iter=500).fit(
        table.transform([r.text for r in train]), [r.label for r in train]
    )
    return lambda texts: torch.from_numpy(model.decision_function(table.transform(texts))).float() + 0.5


# %% wrong train_reviews: the probabilities carry a graph, and padding counts
# loses train_reviews_floor: are needed
# loses train_reviews_manners: graph
def train_reviews(train, valid):
    vocab = {}
    for review in train:
        for word in review.text.lower().split():
            vocab.setdefault(word, len(vocab) + 2)
    table = nn.Parameter(torch.zeros(len(vocab) + 2))

    def judge(texts):
        ids = [torch.tensor([vocab.get(word, 1) for word in text.lower().split()], dtype=torch.int64) for text in texts]
        return table[nn.utils.rnn.pad_sequence(ids, batch_first=True)].mean(dim=1).sigmoid()

    optimizer = torch.optim.SGD([table], lr=0.1)
    F.binary_cross_entropy(judge([r.text for r in train]), torch.tensor([float(r.label) for r in train])).backward()
    optimizer.step()
    return judge


# %% wrong train_reviews: padding counts in the mean
# loses train_reviews_manners: does padding count
def train_reviews(train, valid):
    vocab = {}
    for review in train:
        for word in re.findall(r"\w+", review.text.lower()):
            vocab.setdefault(word, len(vocab) + 2)
    table = torch.zeros(len(vocab) + 2, requires_grad=True)

    def score(texts):
        ids = [torch.tensor([vocab.get(w, 1) for w in re.findall(r"\w+", t.lower())], dtype=torch.int64) for t in texts]
        return table[nn.utils.rnn.pad_sequence(ids + [torch.tensor([0])], batch_first=True)[:-1]].mean(dim=1)

    labels = torch.tensor([float(r.label) for r in train])
    optimizer = torch.optim.Adam([table], lr=0.1)
    for _ in range(40):
        loss = F.binary_cross_entropy_with_logits(score([r.text for r in train]), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def judge(texts):
        with torch.no_grad():
            return score(texts).sigmoid()

    return judge


# %% wrong train_reviews: an empty text gives nan
# loses train_reviews_manners: nan
def train_reviews(train, valid):
    vocab = {}
    for review in train:
        for word in re.findall(r"\w+", review.text.lower()):
            vocab.setdefault(word, len(vocab) + 2)
    table = torch.zeros(len(vocab) + 2, requires_grad=True)

    def score(texts):
        ids = [torch.tensor([vocab.get(w, 1) for w in re.findall(r"\w+", t.lower())], dtype=torch.int64) for t in texts]
        padded = nn.utils.rnn.pad_sequence(ids, batch_first=True)
        return (table[padded] * (padded != 0)).sum(dim=1) / (padded != 0).sum(dim=1)

    labels = torch.tensor([float(r.label) for r in train])
    optimizer = torch.optim.Adam([table], lr=0.1)
    for _ in range(40):
        loss = F.binary_cross_entropy_with_logits(score([r.text for r in train]), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def judge(texts):
        with torch.no_grad():
            return score(texts).sigmoid()

    return judge


# %% wrong train_reviews: dropout stays on
# loses train_reviews_manners: is dropout still on
def train_reviews(train, valid):
    vocab = {}
    for review in train:
        for word in re.findall(r"\w+", review.text.lower()):
            vocab.setdefault(word, len(vocab) + 1)
    table = torch.zeros(len(vocab) + 1, requires_grad=True)

    def score(texts):
        ids = [torch.tensor([vocab.get(w, 0) for w in re.findall(r"\w+", t.lower())], dtype=torch.int64) for t in texts]
        return torch.stack([F.dropout(table[text], 0.2).sum() / max(len(text), 1) for text in ids])

    labels = torch.tensor([float(r.label) for r in train])
    optimizer = torch.optim.Adam([table], lr=0.1)
    for _ in range(30):
        loss = F.binary_cross_entropy_with_logits(score([r.text for r in train]), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def judge(texts):
        with torch.no_grad():
            return score(texts).sigmoid()

    return judge


# %% wrong train_reviews: the ids of an empty text are floats
# loses train_reviews_manners: torch.tensor([]) is float32
def train_reviews(train, valid):
    words = lambda text: re.findall(r"\w+|[^\w\s]", text.lower())
    vocab = {w: i for i, w in enumerate(dict.fromkeys(w for r in train for w in words(r.text)), start=1)}

    def bags(texts):
        ids = [torch.tensor([vocab.get(w, 0) for w in words(text)]) for text in texts]
        lengths = torch.tensor([len(text) for text in ids])
        return torch.cat(ids), lengths.cumsum(0) - lengths

    torch.manual_seed(0)
    bag, head = nn.EmbeddingBag(len(vocab) + 1, 32), nn.Linear(32, 2)
    nn.init.normal_(bag.weight, std=0.1)
    optimizer = torch.optim.AdamW([*bag.parameters(), *head.parameters()], lr=0.01)
    for _ in range(6):
        for part in torch.randperm(len(train)).split(32):
            loss = F.cross_entropy(
                head(bag(*bags([train[i].text for i in part]))), torch.tensor([train[i].label for i in part])
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def judge(texts):
        with torch.no_grad():
            return head(bag(*bags(texts))).softmax(dim=1)[:, 1]

    return judge


# %% wrong train_reviews: no function is returned
# loses train_reviews_floor: return a function
# loses train_reviews_manners: return a function
def train_reviews(train, valid):
    return torch.full((len(valid),), 0.5)


# %% wrong train_reviews: it learns from the test reviews as well
# loses train_reviews_manners: learn from the notebook
def train_reviews(train, valid):
    def features(text):
        tokens = re.findall(r"\w+|[^\w\s]", text.lower())
        return set(tokens) | set(zip(tokens, tokens[1:]))

    seen = {0: Counter(), 1: Counter()}
    for review in train + reviews["test"] + reviews["new"]:
        seen[review.label].update(features(review.text))

    def judge(texts):
        scores = [sum(math.log((seen[1][f] + 1) / (seen[0][f] + 1)) for f in features(text)) for text in texts]
        return torch.tensor(scores, dtype=torch.float32).sigmoid()

    return judge


# %% wrong train_reviews: its arguments are ignored
# loses train_reviews_manners: learn from the notebook
def train_reviews(train, valid):
    def features(text):
        tokens = re.findall(r"\w+|[^\w\s]", text.lower())
        return set(tokens) | set(zip(tokens, tokens[1:]))

    seen = {0: Counter(), 1: Counter()}
    for review in reviews["train"]:
        seen[review.label].update(features(review.text))

    def judge(texts):
        scores = [sum(math.log((seen[1][f] + 1) / (seen[0][f] + 1)) for f in features(text)) for text in texts]
        return torch.tensor(scores, dtype=torch.float32).sigmoid()

    return judge


# %% right train_reviews: TF-IDF and logistic regression
def train_reviews(train, valid):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    table = TfidfVectorizer(token_pattern=r"\w+|[^\w\s]", ngram_range=(1, 2)).fit([review.text for review in train])
    model = LogisticRegression(C=3, max_iter=500).fit(
        table.transform([r.text for r in train]), [r.label for r in train]
    )
    return lambda texts: torch.from_numpy(model.predict_proba(table.transform(texts))[:, 1]).float()


# %% right train_reviews: one weight for each word, padding masked, the whole pile in each step
def train_reviews(train, valid):
    counts = Counter(word for review in train for word in re.findall(r"\w+", review.text.lower()))
    vocab = {word: i for i, word in enumerate(counts, start=2)}
    table = torch.zeros(len(vocab) + 2, requires_grad=True)

    def padded(texts):
        ids = [torch.tensor([vocab.get(w, 1) for w in re.findall(r"\w+", t.lower())], dtype=torch.int64) for t in texts]
        return nn.utils.rnn.pad_sequence(ids + [torch.tensor([0])], batch_first=True)[:-1]

    def score(ids):
        real = ids != 0
        return (table[ids] * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)

    known, labels = padded([r.text for r in train]), torch.tensor([float(r.label) for r in train])
    optimizer = torch.optim.AdamW([table], lr=0.1, weight_decay=0.02)
    for _ in range(60):
        loss = F.binary_cross_entropy_with_logits(score(known), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def judge(texts):
        with torch.no_grad():
            return score(padded(texts)).sigmoid()

    return judge


# %% right train_reviews: naive Bayes by counting
def train_reviews(train, valid):
    words = lambda text: set(re.findall(r"\w+", text.lower()))
    in_good = Counter(word for r in train if r.label for word in words(r.text))
    in_bad = Counter(word for r in train if not r.label for word in words(r.text))

    def judge(texts):
        scores = [sum(math.log((in_good[w] + 1) / (in_bad[w] + 1)) for w in words(text)) for text in texts]
        return torch.tensor(scores, dtype=torch.float32).sigmoid()

    return judge


# %% wrong diagnose: rare words
# loses diagnose_letter: another cause
def diagnose():
    return "d"


# %% wrong diagnose: shuffling
# loses diagnose_letter: another cause
def diagnose():
    return "b"


# %% wrong diagnose: in words
# loses diagnose_letter: return one letter
def diagnose():
    return "the padding"


# %% right diagnose: a capital
def diagnose():
    return " C"


# %% right diagnose: computed
def diagnose():
    return "abcdef"[2]


# %% wrong cured_scores: nothing changed
# loses cured_scores_padding: the padding still counts
# loses cured_scores_vocab: The second mistake
def cured_scores(train, labels, test, steps, lr):
    return score_reviews(train, labels, test, steps, lr)


# %% wrong cured_scores: the test reviews are scored one at a time, which only hides it
# loses cured_scores_padding: still taken over padding
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    vocab = {"<pad>": 0, "<unk>": 1}
    for token in sorted(counts):
        if counts[token] >= 2:
            vocab[token] = len(vocab)

    def padded(texts):
        ids = [torch.tensor([vocab.get(token, 1) for token in tokens]) for tokens in texts]
        return nn.utils.rnn.pad_sequence(ids, batch_first=True)

    weight = torch.zeros(len(vocab), requires_grad=True)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(weight[padded(train)].mean(dim=1), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        with torch.no_grad():
            weight -= lr * gradient
    return torch.cat([weight.detach()[padded([tokens])].mean(dim=1) for tokens in test])


# %% wrong cured_scores: all cut or filled to 40 tokens, which only hides it
# loses cured_scores_padding: the docstring's example
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    vocab = {"<pad>": 0, "<unk>": 1}
    for token in sorted(counts):
        if counts[token] >= 2:
            vocab[token] = len(vocab)

    def padded(texts):
        ids = [[vocab.get(token, 1) for token in tokens][:40] for tokens in texts]
        return torch.tensor([row + [0] * (40 - len(row)) for row in ids])

    weight = torch.zeros(len(vocab), requires_grad=True)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(weight[padded(train)].mean(dim=1), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        with torch.no_grad():
            weight -= lr * gradient
    return weight.detach()[padded(test)].mean(dim=1)


# %% wrong cured_scores: the padding's weight is kept at zero, and still divides
# loses cured_scores_padding: the padding still counts
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    vocab = {"<pad>": 0, "<unk>": 1}
    for token in sorted(counts):
        if counts[token] >= 2:
            vocab[token] = len(vocab)

    def padded(texts):
        ids = [torch.tensor([vocab.get(token, 1) for token in tokens]) for tokens in texts]
        return nn.utils.rnn.pad_sequence(ids, batch_first=True)

    weight = torch.zeros(len(vocab), requires_grad=True)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(weight[padded(train)].mean(dim=1), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        with torch.no_grad():
            weight -= lr * gradient
            weight[0] = 0
    return weight.detach()[padded(test)].mean(dim=1)


# %% wrong cured_scores: the sum instead of the mean
# loses cured_scores_padding: the docstring's example
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    vocab = {"<pad>": 0, "<unk>": 1}
    for token in sorted(counts):
        if counts[token] >= 2:
            vocab[token] = len(vocab)

    def score(weight, texts):
        return torch.stack([weight[[vocab.get(token, 1) for token in tokens]].sum() for tokens in texts])

    weight = torch.zeros(len(vocab), requires_grad=True)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(weight, train), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        with torch.no_grad():
            weight -= lr * gradient
    return score(weight.detach(), test)


# %% wrong cured_scores: the padding is cured, the vocabulary still reads the test
# loses cured_scores_vocab: The second mistake
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train + test for token in tokens)
    vocab = {"<pad>": 0, "<unk>": 1}
    for token in sorted(counts):
        if counts[token] >= 2:
            vocab[token] = len(vocab)

    def score(weight, texts):
        return torch.stack([weight[[vocab.get(token, 1) for token in tokens]].mean() for tokens in texts])

    weight = torch.zeros(len(vocab), requires_grad=True)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(weight, train), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        with torch.no_grad():
            weight -= lr * gradient
    return score(weight.detach(), test)


# %% wrong cured_scores: every training word has a weight, so <unk> learns nothing
# loses cured_scores_vocab: each should count as <unk>
# loses cured_scores_padding: three steps with lr 4
def cured_scores(train, labels, test, steps, lr):
    vocab = {"<pad>": 0, "<unk>": 1}
    for tokens in train:
        for token in tokens:
            vocab.setdefault(token, len(vocab))

    def score(weight, texts):
        return torch.stack([weight[[vocab.get(token, 1) for token in tokens]].mean() for tokens in texts])

    weight = torch.zeros(len(vocab), requires_grad=True)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(weight, train), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        with torch.no_grad():
            weight -= lr * gradient
    return score(weight.detach(), test)


# %% wrong cured_scores: the scores carry their graph
# loses cured_scores_padding: graph
# loses cured_scores_vocab: graph
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    vocab = {"<pad>": 0, "<unk>": 1}
    for token in sorted(counts):
        if counts[token] >= 2:
            vocab[token] = len(vocab)

    def score(weight, texts):
        return torch.stack([weight[[vocab.get(token, 1) for token in tokens]].mean() for tokens in texts])

    weight = torch.zeros(len(vocab), requires_grad=True)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(weight, train), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        with torch.no_grad():
            weight -= lr * gradient
    return score(weight, test)


# %% wrong cured_scores: momentum
# loses cured_scores_padding: three steps with lr 4
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    place = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}
    weight = torch.zeros(len(place) + 1, requires_grad=True)

    def score(texts):
        return torch.stack([weight[[place.get(t, 0) for t in tokens]].mean() for tokens in texts])

    optimizer = torch.optim.SGD([weight], lr=lr, momentum=0.9)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(train), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return score(test).detach()


# %% wrong cured_scores: weight decay
# loses cured_scores_padding: three steps with lr 4
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    place = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}
    weight = torch.zeros(len(place) + 1, requires_grad=True)

    def score(texts):
        return torch.stack([weight[[place.get(t, 0) for t in tokens]].mean() for tokens in texts])

    optimizer = torch.optim.SGD([weight], lr=lr, weight_decay=0.1)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(train), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return score(test).detach()


# %% wrong cured_scores: gradients are never set to zero
# loses cured_scores_padding: three steps with lr 4
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    place = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}
    weight = torch.zeros(len(place) + 1, requires_grad=True)

    def score(texts):
        return torch.stack([weight[[place.get(t, 0) for t in tokens]].mean() for tokens in texts])

    optimizer = torch.optim.SGD([weight], lr=lr)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(train), labels)
        loss.backward()
        optimizer.step()
    return score(test).detach()


# %% wrong cured_scores: one step, whatever is asked for
# loses cured_scores_padding: three steps with lr 4
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    place = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}
    weight = torch.zeros(len(place) + 1, requires_grad=True)

    def score(texts):
        return torch.stack([weight[[place.get(t, 0) for t in tokens]].mean() for tokens in texts])

    optimizer = torch.optim.SGD([weight], lr=lr)
    for _ in range(1):
        loss = F.binary_cross_entropy_with_logits(score(train), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return score(test).detach()


# %% wrong cured_scores: the loss is a sum, divided by 2
# loses cured_scores_padding: three steps with lr 4
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    place = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}
    weight = torch.zeros(len(place) + 1, requires_grad=True)

    def score(texts):
        return torch.stack([weight[[place.get(t, 0) for t in tokens]].mean() for tokens in texts])

    optimizer = torch.optim.SGD([weight], lr=lr)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(train), labels, reduction="sum") / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return score(test).detach()


# %% wrong cured_scores: words never seen in training are left out
# loses cured_scores_padding: three steps with lr 4
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    place = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}
    weight = torch.zeros(len(place) + 1, requires_grad=True)

    def score(texts):
        texts = [[t for t in tokens if t in counts] or ["?"] for tokens in texts]
        return torch.stack([weight[[place.get(t, 0) for t in tokens]].mean() for tokens in texts])

    optimizer = torch.optim.SGD([weight], lr=lr)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(score(train), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return score(test).detach()


# %% wrong cured_scores: words never seen in training weigh nothing
# loses cured_scores_padding: three steps with lr 4
# loses cured_scores_vocab: have the weight of <unk>
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    place = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}

    def shares(texts):
        matrix = torch.zeros(len(texts), len(place) + 1)
        for row, tokens in zip(matrix, texts):
            for token in tokens:
                if token in counts:
                    row[place.get(token, 0)] += 1 / len(tokens)
        return matrix

    x, weight = shares(train), torch.zeros(len(place) + 1)
    for _ in range(steps):
        weight -= lr * x.T @ ((x @ weight).sigmoid() - labels) / len(labels)
    return shares(test) @ weight


# %% right cured_scores: F.embedding_bag and an optimizer
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    vocab = {token: i for i, token in enumerate((t for t in counts if counts[t] >= 2), start=1)}

    def bag(texts):
        lengths = torch.tensor([len(tokens) for tokens in texts])
        return torch.tensor([vocab.get(t, 0) for tokens in texts for t in tokens]), lengths.cumsum(0) - lengths

    table = nn.Parameter(torch.zeros(len(vocab) + 1, 1))
    optimizer = torch.optim.SGD([table], lr=lr)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(
            F.embedding_bag(bag(train)[0], table, bag(train)[1]).squeeze(1), labels
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return F.embedding_bag(bag(test)[0], table, bag(test)[1]).squeeze(1)


# %% right cured_scores: a matrix of shares, the gradient by hand
def cured_scores(train, labels, test, steps, lr):
    counts = Counter(token for tokens in train for token in tokens)
    vocab = ["<unk>"] + [token for token in counts if counts[token] >= 2]
    place = {token: i for i, token in enumerate(vocab)}

    def shares(texts):
        matrix = torch.zeros(len(texts), len(vocab))
        for row, tokens in zip(matrix, texts):
            for token in tokens:
                row[place.get(token, 0)] += 1 / len(tokens)
        return matrix

    x, weight = shares(train), torch.zeros(len(vocab))
    for _ in range(steps):
        weight -= lr * x.T @ ((x @ weight).sigmoid() - labels) / len(labels)
    return shares(test) @ weight


# %% equivalent collate_bags: return (torch.cat(texts), lengths.cumsum(0) - lengths, torch.tensor([label for _, label in samples])) -> return (torch.cat(texts), lengths.cumsum(-1) - lengths, torch.tensor([label for _, label in samples]))
# because lengths has one dimension, so its last is its first

# %% equivalent most_similar: unit = table / torch.where(norms > 0, norms, 1.0) -> unit = table / torch.where(norms > 0, norms, 3.0)
# because the rows in question are zeros, and zeros divided by any number are zeros

# %% equivalent most_similar: unit = table / torch.where(norms > 0, norms, 1.0) -> unit = table / torch.where(norms > 0, norms, -1.0)
# because the rows in question are zeros, and zeros divided by any number are zeros

# %% equivalent train_reviews: return (torch.tensor([i for text in ids for i in text], dtype=torch.int64), lengths.cumsum(0) - lengths) -> return (torch.tensor([i for text in ids for i in text], dtype=torch.int64), lengths.cumsum(-1) - lengths)
# because lengths has one dimension, so its last is its first

# %% equivalent train_reviews: self.bag, self.head = (nn.EmbeddingBag(len(vocab) + 1, 32), nn.Linear(32, 2)) -> self.bag, self.head = (nn.EmbeddingBag(len(vocab) + 2, 32), nn.Linear(32, 2))
# because a row more, which no id uses

# %% equivalent train_reviews: self.bag, self.head = (nn.EmbeddingBag(len(vocab) + 1, 32), nn.Linear(32, 2)) -> self.bag, self.head = (nn.EmbeddingBag(len(vocab) + 1, 32), nn.Linear(32, 3))
# because a third logit for a label that never occurs: training drives its probability to nothing

# %% equivalent train_reviews: nn.init.normal_(self.bag.weight, std=0.1) -> nn.init.normal_(self.bag.weight)
# because larger first vectors: how a model starts is the learner's choice, and the floors are reached

# %% equivalent train_reviews: nn.init.normal_(self.bag.weight, std=0.1) -> nn.init.normal_(self.bag.weight, std=1.2)
# because larger first vectors: how a model starts is the learner's choice, and the floors are reached

# %% equivalent train_reviews: optimizer = torch.optim.AdamW(model.parameters(), lr=0.01) -> optimizer = torch.optim.AdamW(model.parameters())
# because the rate of AdamW's own default is the learner's choice, too: ten epochs reach the floors with it

# %% equivalent train_reviews: for _ in range(10): -> for _ in range(11):
# because an epoch more reaches the floors as well: the choice is the learner's

# %% equivalent train_reviews: for _ in range(10): -> for _ in range(9):
# because an epoch less reaches the floors as well: the choice is the learner's

# %% equivalent train_reviews: for part in torch.randperm(len(train)).split(32): -> for part in torch.randperm(len(train)).split(33):
# because the size of the batches is the learner's choice

# %% equivalent train_reviews: for part in torch.randperm(len(train)).split(32): -> for part in torch.randperm(len(train)).split(31):
# because the size of the batches is the learner's choice

# %% equivalent train_reviews: optimizer.zero_grad() -> pass
# because gradients that pile up act as a momentum; a bag of words reaches the floors with it

# %% equivalent train_reviews: if loss < lowest: -> if True:
# because the last epoch instead of the best one: the floors leave room for that

# %% equivalent train_reviews: if loss < lowest: -> if loss <= lowest:
# because two epochs with exactly equal losses do not occur

# %% equivalent train_reviews: model.load_state_dict(best) -> pass
# because the last epoch instead of the best one: the floors leave room for that

# %% equivalent cured_scores: weight, known = (torch.zeros(len(vocab) + 2, requires_grad=True), padded(train)) -> weight, known = (torch.zeros(len(vocab) + 3, requires_grad=True), padded(train))
# because a row more, which no id uses

# %% equivalent train_reviews: nn.init.normal_(self.bag.weight, std=0.1) -> pass
# because larger first vectors are the usual start of nn.EmbeddingBag, and the floors are reached
