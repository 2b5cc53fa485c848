"""More formulas as their papers print them, tried when the parser was done."""

from typing import Any

import numpy as np

from tests.texcheck.corpus import Data, logistic
from tests.texcheck.papers_training import entry
from texcheck import Seq

NEEDED = {
    "Kalman gain": (
        "P_{k|k-1}: a bar in a subscript parts indices as a comma does. "
        "H_k^T (...) and K_k (...): behind an entry that is a matrix, a "
        "bracket around an array is a factor."
    ),
    "brevity penalty": (
        "e^{(1-r/c)}: a number has no labels, so a bracket above is a power."
    ),
    "soft actor-critic": (
        r"\min_{i=1,2} Q_i(s, a): numbers below are values of the letter; an "
        "index in brackets belongs to its name."
    ),
    "GloVe": r"x_{\max}: an operator alone in a script is part of the name.",
    "ArcFace": (
        r"\sum_{j=1, j \ne y_i}^n: a condition beside a range with an upper "
        "limit."
    ),
    "upper confidence bound": (
        r"\underset{a}{\arg\max}: what stands below is the subscript."
    ),
    "perplexity": "x_{<i}: a relation first is part of the name (x_before).",
    "graph convolution": (
        "D^{-1/2}: a symmetric matrix has one root; its other reading, entry "
        r"by entry, is written ^{\odot -1/2}."
    ),
    "V-trace": (
        r"\rho_t (...) of a row of the page: a bracket around what is no "
        "whole number is a factor."
    ),
    "adversarial game": (
        "V(G, D) = ...: a function may be the argument of a function."
    ),
    "Jensen's inequality": (
        r"\log \mathbb{E}_{x \sim p}[...]: an expectation behind \log has one "
        "reading, and on the left its letter is bound."
    ),
    "slope of tanh": r"\tanh'(x): a prime behind a function of LaTeX's own.",
}

KALMAN = (
    r"\mathbf{K}_k = \mathbf{P}_{k|k-1} \mathbf{H}_k^\mathsf{T} \left("
    r"\mathbf{H}_k \mathbf{P}_{k|k-1} \mathbf{H}_k^\mathsf{T} + \mathbf{R}_k"
    r"\right)^{-1} \\ \mathbf{m}_k = \boldsymbol\mu_{k|k-1} + "
    r"\mathbf{K}_k \left(\mathbf{z}_k - \mathbf{H}_k "
    r"\boldsymbol\mu_{k|k-1}\right)"
)
BREVITY = (
    r"\text{BP}_i = \begin{cases} 1 & \text{if } c_i > r \\ e^{(1-r/c_i)} & "
    r"\text{if } c_i \le r \end{cases}",
    r"\text{BLEU}_i = \text{BP}_i \cdot \exp\left(\sum_{n=1}^{N} w_n \log p_n"
    r"\right)",
)
SAC = (
    r"y = r + \gamma \left(\min_{i=1,2} Q_i(s', a') - \alpha \log "
    r"\pi(a'|s')\right)"
)
GLOVE = (
    r"J = \sum_{i,j=1}^{V} f(X_{ij}) \left(w_i^T \tilde{w}_j + b_i + "
    r"\tilde{b}_j - \log X_{ij}\right)^2 \\ f(x) = \begin{cases} "
    r"(x/x_{\max})^\alpha & \text{if } x < x_{\max} \\ 1 & "
    r"\text{otherwise} \end{cases}"
)
_TARGET = r"e^{s(\cos(\theta_{i,y_i} + m))}"
ARCFACE = (
    rf"L = -\frac{{1}}{{N}} \sum_{{i=1}}^{{N}} \log \frac{{{_TARGET}}}"
    rf"{{{_TARGET} + \sum_{{j=1, j \neq y_i}}^{{n}} "
    r"e^{s \cos \theta_{i,j}}}"
)
UCB = (
    r"A_t = \underset{a}{\arg\max} \left[Q_t(a) + c \sqrt{\frac{\ln t}"
    r"{N_t(a)}}\right]"
)
PERPLEXITY = (
    r"\mathrm{PPL}(X) = \exp\left\{-\frac{1}{t} \sum_{i=1}^{t} \log "
    r"p_\theta(x_i | x_{<i})\right\}"
)
GCN = (
    r"H' = \sigma\left(\tilde{D}^{-\frac{1}{2}} \tilde{A} "
    r"\tilde{D}^{-\frac{1}{2}} H W\right)"
)
V_TRACE = (
    r"v_s = V(x_s) + \sum_{t=s}^{n-1} \gamma^{t-s} \left("
    r"\prod_{i=s}^{t-1} c_i\right) \delta_t \\ \delta_t = \rho_t \left(r_t + "
    r"\gamma V(x_{t+1}) - V(x_t)\right) \\ \rho_t = \min\left(\bar\rho, "
    r"\frac{\pi(a_t|x_t)}{\mu(a_t|x_t)}\right), \quad c_i = \min\left("
    r"\bar c, \frac{\pi(a_i|x_i)}{\mu(a_i|x_i)}\right)"
)

GAME = (
    r"V(G, D) = \mathbb{E}_{x \sim p_{data}}[\log D(x)] + "
    r"\mathbb{E}_{z \sim p_z}[\log(1 - D(G(z)))]"
)
JENSEN = (
    r"\log \mathbb{E}_{x \sim p}[x] \ge \mathbb{E}_{x \sim p}[\log x]",
    r"\mathbb{E}_{x \sim p}[\log x] = g",
)
TANH = r"\tanh'(x) = 1 - \tanh^2(x)"


def kalman(rng: np.random.Generator) -> Data:
    T, n, m = 3, 4, 2
    roots = rng.normal(size=(T, n, n))
    prior, H = roots @ roots.swapaxes(1, 2), rng.normal(size=(T, m, n))
    R = 0.3 * np.eye(m) + rng.uniform(0.1, 0.2, size=(T, 1, 1))
    x, z = rng.normal(size=(T, n)), rng.normal(size=(T, m))
    HT = H.swapaxes(1, 2)
    K = prior @ HT @ np.linalg.inv(H @ prior @ HT + R)
    P = rng.normal(size=(T + 1, T + 1, n, n))  # P[k, k - 1] is the prior
    mu = rng.normal(size=(T + 1, T + 1, n))
    for k in range(1, T + 1):
        P[k, k - 1], mu[k, k - 1] = prior[k - 1], x[k - 1]
    found = [
        a + k @ (b - h @ a) for a, k, b, h in zip(x, K, z, H, strict=True)
    ]
    sequences = {"K": K, "H": H, "R": R, "z": z, "m": np.array(found)}
    named = {name: Seq(value) for name, value in sequences.items()}
    return named | {"P": P, "mu": mu}


def brevity(rng: np.random.Generator) -> Data:
    p, w = rng.uniform(0.2, 0.9, size=4), rng.uniform(0.1, 0.4, size=4)
    c, r = np.array([7.0, 12.0, 4.0]), 9
    penalty = np.where(c > r, 1, np.exp(1 - r / c))
    named = {"c": c, "BP": penalty, "w": w, "p": p}
    return {name: Seq(value) for name, value in named.items()} | {
        "r": r,
        "N": 4,
        "BLEU": Seq(penalty * np.exp(w @ np.log(p))),
    }


def sac(rng: np.random.Generator) -> Data:
    Q, pi = rng.normal(size=(2, 3, 4)), rng.uniform(0.1, 0.9, size=(4, 3))
    Q[1, 2, 1] = Q[0, 2, 1] - 0.5  # the second is the smaller one
    future = Q[:, 2, 1].min() - 0.2 * np.log(pi[1, 2])
    return {
        "r": 0.7,
        "gamma": 0.9,
        "alpha": 0.2,
        "Q": Seq(Q),
        "pi": pi,
        "s_prime": 2,
        "a_prime": 1,
        "y": 0.7 + 0.9 * future,
    }


def glove(rng: np.random.Generator) -> Data:
    V, D = 4, 3
    X = np.exp(rng.uniform(0.5, 4, size=(V, V)))
    X[0, 1], X[1, 0] = 5.0, 30.0  # on both sides of the limit
    w, w_tilde = rng.normal(size=(2, V, D))
    b, b_tilde = rng.normal(size=(2, V))
    f = np.where(X < 10, (X / 10) ** 0.75, 1)
    error = w @ w_tilde.T + b[:, None] + b_tilde - np.log(X)
    vectors = {"w": w, "w_tilde": w_tilde, "b": b, "b_tilde": b_tilde}
    return {name: Seq(value) for name, value in vectors.items()} | {
        "X": Seq(X, axes=(0, 1)),
        "V": V,
        "alpha": 0.75,
        "x_max": 10,
        "J": (f * error**2).sum(),
    }


def arcface(rng: np.random.Generator) -> Data:
    N, n, s, m = 5, 4, 3.0, 0.3
    theta, y = rng.uniform(0.2, 1.4, size=(N, n)), rng.integers(n, size=N)
    logits = s * np.cos(theta)
    logits[np.arange(N), y] = s * np.cos(theta[np.arange(N), y] + m)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return {
        "N": N,
        "n": n,
        "s": s,
        "m": m,
        "theta": Seq(theta, axes=(0, 1)),
        "y": Seq(y + 1),
        "L": -np.log(p[np.arange(N), y]).mean(),
    }


def ucb(rng: np.random.Generator) -> Data:
    T, n, c = 40, 4, 0.6
    Q, N = rng.normal(size=(T, n)), rng.integers(1, 9, size=(T, n))
    t = np.arange(2, T + 2)[:, None]
    return {
        "c": c,
        "Q": Seq(Q, 2),
        "N": Seq(N, 2),
        "A": Seq((Q + c * np.sqrt(np.log(t) / N)).argmax(axis=1), 2),
    }


def perplexity(rng: np.random.Generator) -> Data:
    tokens, t = rng.integers(6, size=4), 4
    table = rng.uniform(0.1, 0.9, size=(6, t))

    def p(token: int, before: np.ndarray) -> Any:
        return table[token, np.asarray(before).size]

    found = [p(token, tokens[:i]) for i, token in enumerate(tokens)]
    value = np.exp(-np.log(found).mean())
    return {
        "x": Seq(tokens),
        "x_before": Seq([tokens[:i] for i in range(t)]),
        "t": t,
        "X": 1.0,
        "p_theta": p,
        "PPL": lambda text: value,
    }


def gcn(rng: np.random.Generator) -> Data:
    edges = [[1, 1, 0, 0], [1, 1, 1, 1], [0, 1, 1, 1], [0, 1, 1, 1]]
    A, H = np.array(edges, float), rng.normal(size=(4, 3))
    W, scale = rng.normal(size=(3, 5)), np.diag(A.sum(axis=1) ** -0.5)
    return {
        "A_tilde": A,
        "D_tilde": np.diag(A.sum(axis=1)),
        "H": H,
        "W": W,
        "sigma": logistic,
        "H_prime": logistic(scale @ A @ scale @ H @ W),
    }


def v_trace(rng: np.random.Generator) -> Data:
    n, gamma = 5, 0.9
    x, a = rng.permutation(n + 1), rng.permutation(n)
    r, V = rng.normal(size=n), rng.normal(size=n + 1)
    pi, mu = rng.uniform(0.2, 0.9, size=(2, n, n + 1))
    t = np.arange(n)
    pi[a[t], x[t]] = mu[a[t], x[t]] * np.array([0.4, 1.1, 0.9, 1.6, 0.7])
    ratio = pi[a[t], x[t]] / mu[a[t], x[t]]
    rho, c = np.minimum(1.3, ratio), np.minimum(0.8, ratio)
    delta = rho * (r + gamma * V[x[1:]] - V[x[:-1]])
    v = np.append(np.zeros(n), V[x[-1]])
    for s in reversed(t):
        after = V[x[s + 1]] if s + 1 < n else v[n]
        v[s] = V[x[s]] + delta[s] + gamma * c[s] * (v[s + 1] - after)
    return {
        "v": Seq(v[:n], 0),
        "V": lambda state: V[state],
        "x": Seq(x, 0),
        "a": Seq(a, 0),
        "r": Seq(r, 0),
        "n": n,
        "gamma": gamma,
        "rho_bar": 1.3,
        "c_bar": 0.8,
        "pi": lambda action, state: pi[action, state],
        "mu": lambda action, state: mu[action, state],
    }


def game(rng: np.random.Generator) -> Data:
    x, z = rng.normal(size=5), rng.normal(size=4)

    def V(G: Any, D: Any) -> Any:
        return np.log(D(x)).mean() + np.log(1 - D(G(z))).mean()

    return {
        "p_data": x,
        "p_z": z,
        "D": logistic,
        "G": lambda z: 1.7 * z - 0.4,
        "V": V,
    }


def jensen(rng: np.random.Generator) -> Data:
    p = rng.uniform(0.1, 3, size=6)
    return {"p": p, "g": np.log(p).mean()}


def nothing(rng: np.random.Generator) -> Data:
    return {}


ENTRIES = (
    entry(
        "adversarial game",
        (GAME,),
        game,
        not_generated=(0, "D(G(z))", "D(z)"),
        no_complement=(0, "1 - D", "D"),
    ),
    entry(
        "Jensen's inequality",
        JENSEN,
        jensen,
        turned=(0, r"\ge", r"\le"),
        no_logarithm=(1, r"\log x", "x"),
    ),
    entry(
        "slope of tanh",
        (TANH,),
        nothing,
        no_square=(0, r"\tanh^2", r"\tanh"),
        sign=(0, "1 -", "1 +"),
    ),
    entry(
        "Kalman gain",
        (KALMAN,),
        kalman,
        noise=(0, r"+ \mathbf{R}", r"- \mathbf{R}"),
        later=(0, r"\mu_{k|k-1} +", r"\mu_{k|k} +"),
        no_transpose=(0, r"\mathbf{H}_k^\mathsf{T} +", r"\mathbf{H}_k +"),
    ),
    entry(
        "brevity penalty",
        BREVITY,
        brevity,
        inverted=(0, "1-r/c_i", "1-c_i/r"),
        no_weights=(1, r"w_n \log", r"\log"),
    ),
    entry(
        "soft actor-critic",
        (SAC,),
        sac,
        largest=(0, r"\min", r"\max"),
        entropy=(0, r"- \alpha", r"+ \alpha"),
        one=(0, "i=1,2", "i=1,1"),
    ),
    entry(
        "GloVe",
        (GLOVE,),
        glove,
        above=(0, r"if } x <", r"if } x >"),
        sign=(0, r"+ \tilde{b}", r"- \tilde{b}"),
    ),
    entry(
        "ArcFace",
        (ARCFACE,),
        arcface,
        counted_twice=(0, r"j=1, j \neq y_i", "j=1"),
        margin=(0, "+ m", "- m"),
    ),
    entry(
        "upper confidence bound",
        (UCB,),
        ucb,
        least=(0, r"\arg\max", r"\arg\min"),
        no_bonus=(0, r"+ c \sqrt", r"- c \sqrt"),
    ),
    entry(
        "perplexity",
        (PERPLEXITY,),
        perplexity,
        sign=(0, r"-\frac", r"\frac"),
        from_two=(0, "i=1", "i=2"),
    ),
    entry(
        "graph convolution",
        (GCN,),
        gcn,
        multiplied=(0, r"^{-\frac{1}{2}} H", r"^{\frac{1}{2}} H"),
        not_the_root=(0, r"\tilde{D}^{-\frac{1}{2}} H", r"\tilde{D}^{-1} H"),
    ),
    entry(
        "V-trace",
        (V_TRACE,),
        v_trace,
        one_factor_less=(0, r"\prod_{i=s}", r"\prod_{i=s+1}"),
        other_limit=(0, r"\bar\rho", r"\bar c"),
    ),
)
