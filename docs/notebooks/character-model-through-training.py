# %% [markdown]
# # A character model through its training
#
# A network that knows no letter reads a text, one character at a time, and
# learns to guess the next. What does it learn first? We let a [character
# model](../recurrent-networks/character-language-model.md) write after every
# stage of its training, and measure it against what plain counting can do.
#
# ## The text
#
# The help texts that ship with Python: English about programming, with code
# in between. A tenth is held out.

# %%
import re
import textwrap

import matplotlib.pyplot as plt
import numpy as np

from reference_impl import (
    CharLMTrainer,
    char_lm_generate,
    char_lm_init,
    char_lm_perplexity,
    char_lm_train,
)
from reference_impl.examples.char_lm import load_text, split_text

text = load_text(None)[:140_000]
data = split_text(text, 40, 0.1)
V = len(data.vocabulary)
print(f"{data.characters} characters to learn from, {V} different")
print(text[:240])

# %% [markdown]
# ## What counting can do
#
# First the marks to beat. If we know nothing, each of the characters is
# equally likely, and the perplexity, equation \eqref{perplexity}, is their
# number. If we count how often each occurs, it is less. If we count which
# follows which, or which follows a pair, less again. One is added to every
# count, so that nothing is impossible.


# %%
def counted(order):
    """Return the held-out perplexity of counts after `order` characters."""
    ids = np.append(data.inputs.ravel(), data.targets[-1, -1])
    new = data.held_out
    counts = np.ones((V,) * (order + 1), np.float32)

    def places(ids):
        last = len(ids) - order
        return tuple(ids[k : last + k] for k in range(order + 1))

    np.add.at(counts, places(ids), 1)
    p = counts / counts.sum(axis=-1, keepdims=True)
    return float(np.exp(-np.log(p[places(new)]).mean()))


marks = {"characters": counted(0), "pairs": counted(1), "triples": counted(2)}
for name, perplexity in marks.items():
    print(f"counting {name}: {perplexity:.2f}")

# %% [markdown]
# ## Training
#
# An embedding of 16 numbers, an [LSTM](../recurrent-networks/lstm.md) of 64
# units, Adam. At some steps we stop, measure, and let it write.

# %%
trainer = CharLMTrainer(char_lm_init(V, 16, 64, generator=0), lr=0.01)
moments = (1, 10, 30, 100, 200, 300, 400)
course, written = [], {}


def look(step):
    """Measure the model, and let it write."""
    model = trainer.parameters
    course.append((step, char_lm_perplexity(model, data.held_out, 32)))
    written[step] = "The " + char_lm_generate(
        model, data.vocabulary, "The ", 300, 0.7, generator=0
    )


for step in char_lm_train(
    trainer, data.inputs, data.targets, epochs=10, batch_size=64
):
    if step.step in moments or (step.ends_epoch and step.epoch == 10):
        look(step.step)
steps, perplexities = np.array(course).T

# %% alt="Held-out perplexity against the step, both logarithmic, falling from near the number of characters to below nine. Dotted lines mark what counting reaches; the model crosses that of single characters, of pairs and of triples one after the other."
figure, axes = plt.subplots()
axes.loglog(steps, perplexities, "o-")
for name, perplexity in marks.items():
    axes.axhline(perplexity, linestyle=":", color="C5")
    axes.text(1, perplexity * 1.06, f"counting {name}", fontsize=8)
axes.set(xlabel="step", ylabel="held-out perplexity")
ticks = (8, 10, 15, 20, 30, 50, 90)
axes.set_yticks(ticks, [str(tick) for tick in ticks])
axes.minorticks_off()
plt.show()

# %% [markdown]
# ## What it writes
#
# The same prompt, "The ", and the same random draws each time.

# %%
for step, words in written.items():
    print(f"--- after {step} steps")
    for row in words[:150].splitlines():
        print(textwrap.fill(row, 76))
    print()

# %% [markdown]
# First it learns which characters there are many of: spaces and e. Then how
# long words are, then syllables, short words, longer ones. What a sentence
# means never comes: the model is far too small, and nobody asked it to.
#
# ## Words
#
# We can count that. How many of the words it writes, of three letters or more,
# does the text know?

# %%
known = set(re.findall(r"[a-z]{3,}", text.lower()))


def real_words(sample):
    """Return which part of the words of a sample is in the text."""
    words = re.findall(r"[a-z]{3,}", sample.lower())
    return sum(word in known for word in words) / max(len(words), 1)


def sample(temperature, length=1500):
    """Return what the trained model writes at a temperature."""
    return char_lm_generate(
        trainer.parameters,
        data.vocabulary,
        "The ",
        length,
        temperature,
        generator=1,
    )


early = real_words(written[100])
late = real_words(sample(0.7))
print(f"after 100 steps {early:.0%}, at the end {late:.0%}")

# %% [markdown]
# ## What we found


# %% tags=["findings"]
def first_below(mark):
    """Return the first step looked at where the model beats a mark."""
    return int(steps[np.argmax(perplexities < mark)])


found = {
    "perplexity before it learned": perplexities[0],
    "perplexity, counting pairs": marks["pairs"],
    "perplexity, counting triples": marks["triples"],
    "perplexity at the end": perplexities[-1],
    "beats pairs by step": first_below(marks["pairs"]),
    "beats triples by step": first_below(marks["triples"]),
    "real words at the end": late,
}
findings = {name: round(float(value), 2) for name, value in found.items()}
findings

# %% [markdown]
# ## Exercises
#
# **1.** How does the temperature, equation \eqref{sampling}, change the share
# of real words? Try 0.4, 0.7, 1 and 1.5.

# %% [markdown] tags=["solution"]
# The colder, the more real: at 0.4 the model writes what it is sure of, short
# common words again and again. At 1.5 the unlikely letters get their chance,
# one in a word is enough to spoil it, and few words survive.

# %% tags=["solution", "findings"]
by_temperature = {
    f"real words at temperature {t}": round(real_words(sample(t)), 2)
    for t in (0.4, 0.7, 1.0, 1.5)
}
by_temperature

# %% [markdown]
# **2.** How much of the guess comes from far back? Compare the perplexity on
# the held-out text as it is with that on pieces of 3 and of 10 characters, each
# read from an empty memory.

# %% [markdown] tags=["solution"]
# In pieces of three, one character is given and two are guessed, from one and
# from two before: the model is about as good as counting pairs and triples. In
# pieces of ten, a word and a half, it is most of the way. What is further back
# helps as well: indentation, an open bracket, the word of the section.


# %% tags=["solution", "findings"]
def in_pieces(length):
    """Return the perplexity of pieces that are read each on its own."""
    streams = (len(data.held_out) - 1) // length
    ids = data.held_out[: streams * length + 1]
    return char_lm_perplexity(trainer.parameters, ids, streams)


from_memory = {
    f"perplexity, pieces of {length}": round(in_pieces(length), 2)
    for length in (3, 10)
}
from_memory
