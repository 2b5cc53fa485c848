"""Formulas of training and of agents, each as its paper prints it, with faults."""

from typing import Any

import numpy as np

from tests.texcheck.corpus import Data, Entry
from tests.texcheck.papers_models import instead
from texcheck import Seq

NEEDED = {
    "Adagrad": (
        "A recurrence over an array may start from the entry it is given: "
        "the one that its right side reads and its range leaves out."
    ),
    "AdamW": (
        r"\eta_t (...): a sequence that has all its indices is a number or "
        "an array, so the bracket behind it is a factor."
    ),
    "Nesterov momentum": (
        r"\nabla f(x): the gradient of a function where it is called."
    ),
    "InfoNCE": "k_+: a sign alone below is part of the name (k_plus).",
    "NT-Xent": (
        r"\mathbb{1}_{[k \ne i]}: an indicator may hold its condition in "
        "brackets."
    ),
    "triplet loss": "[x]_+: the positive part of a bracket.",
    "weight normalization": (
        r"\nabla_w L \cdot v: \nabla binds closer than an operator in print."
    ),
    "PPO": (
        r"\hat{\mathbb{E}}_t[...]: an expectation with a letter below is the "
        "mean over the letter's axis."
    ),
    "Bellman optimality": (
        "v_*(s) on both sides: an equation for all entries together may use "
        "its own left side, unless it would hold for any value. p(s', r | s, "
        "a) may be an array as well as a function."
    ),
    "TD with traces": r"\doteq is an equality, 1(a = b) an indicator.",
    "learning rate with warm-up": (
        r"\mathit{step\_num}: letters and underscores are one word."
    ),
}


def adagrad(rng: np.random.Generator) -> Data:
    T, n, eta, eps = 4, 3, 0.3, 0.01
    g, theta = rng.normal(size=(T, n)), [rng.normal(size=n)]
    total = np.zeros(n)
    for grad in g:
        total += grad**2
        theta.append(theta[-1] - eta / np.sqrt(total + eps) * grad)
    return {
        "g": Seq(g),
        "theta": Seq(np.array(theta)),
        "eta": eta,
        "epsilon": eps,
        "T": T,
    }


def adamw(rng: np.random.Generator) -> Data:
    T, n = 3, 4
    m, v = rng.normal(size=(T, n)), rng.uniform(0.5, 2, size=(T, n))
    eta, theta = rng.uniform(0.2, 0.9, size=T), [rng.normal(size=n)]
    alpha, lam, eps = 0.1, 0.2, 0.01
    for t in range(T):
        step = alpha * m[t] / (np.sqrt(v[t]) + eps) + lam * theta[-1]
        theta.append(theta[-1] - eta[t] * step)
    return {
        "m_hat": Seq(m),
        "v_hat": Seq(v),
        "eta": Seq(eta),
        "theta": Seq(np.array(theta), 0),
        "theta_new": Seq(np.array(theta[1:])),
        "alpha": alpha,
        "lam": lam,
        "epsilon": eps,
    }


def nesterov(rng: np.random.Generator) -> Data:
    n, mu, eps = 3, 0.9, 0.05
    A = rng.normal(size=(n, n))
    A = A @ A.T
    v, theta = [rng.normal(size=n)], [rng.normal(size=n)]
    for _ in range(3):
        v.append(mu * v[-1] - eps * A @ (theta[-1] + mu * v[-1]))
        theta.append(theta[-1] + v[-1])
    return {
        "f": lambda x: x @ A @ x / 2,
        "v": Seq(np.array(v), 0),
        "theta": Seq(np.array(theta), 0),
        "T": 3,
        "mu": mu,
        "varepsilon": eps,
    }


def warm_up(rng: np.random.Generator) -> Data:
    d, warm = 8, 0.9

    def lrate(step: float) -> Any:
        return d**-0.5 * np.minimum(step**-0.5, step * warm**-1.5)

    return {"lrate": lrate, "d_model": d, "warmup_steps": warm}


def smoothing(rng: np.random.Generator) -> Data:
    K, y, eps = 4, 3, 0.1
    q, p = 1.0 * (np.arange(1, K + 1) == y), rng.dirichlet(np.ones(K))
    u = rng.dirichlet(np.ones(K))
    named = {"q": q, "p": p, "u": u, "q_prime": (1 - eps) * q + eps * u}

    def H(q: Seq, p: Seq) -> Any:
        return -np.sum(q.values * np.log(p.values))

    data: Data = {name: Seq(values) for name, values in named.items()}
    data |= {"y": y, "epsilon": eps, "K": K, "H": H}
    return data | {"delta": Seq(np.eye(K), axes=(0, 1))}


def info_nce(rng: np.random.Generator) -> Data:
    q, k, tau = rng.normal(size=5), rng.normal(size=(4, 5)), 0.7
    s = k @ q / tau
    L = np.log(np.exp(s).sum()) - s[0]
    return {"q": q, "k": k, "k_plus": k[0], "tau": tau, "K": 3, "L_q": L}


def nt_xent(rng: np.random.Generator) -> Data:
    z, tau = rng.normal(size=(6, 5)), 0.7

    def sim(u: Any, v: Any) -> Any:
        return u @ v / np.linalg.norm(u) / np.linalg.norm(v)

    e = np.exp([[sim(u, v) / tau for v in z] for u in z])
    ell = -np.log(e / (e.sum(axis=1) - np.diag(e))[:, np.newaxis])
    return {
        "z": Seq(z),
        "N": 3,
        "tau": tau,
        "sim": sim,
        "ell": Seq(ell, axes=(0, 1)),
    }


def triplet(rng: np.random.Generator) -> Data:
    a, p, n = rng.normal(size=(3, 8, 2))
    W = rng.normal(size=(2, 2))
    p[-1] = a[-1] + 3  # the last term counts
    near = np.sum(((a - p) @ W.T) ** 2, axis=1)
    far = np.sum(((a - n) @ W.T) ** 2, axis=1)
    L = np.maximum(0, near - far + 0.5)
    return {
        "x_a": Seq(a),
        "x_p": Seq(p),
        "x_n": Seq(n),
        "f": lambda x: W @ x,
        "alpha": 0.5,
        "N": 8,
        "L": L.sum(),
    }


def weight_norm(rng: np.random.Generator) -> Data:
    v, g, c = rng.normal(size=4), 1.3, rng.normal(size=4)
    w = g / np.linalg.norm(v) * v
    return {
        "v": v,
        "g": g,
        "w": w,
        "c": c,
        "L": float(c @ w + (c @ w) ** 2),
    }


def spectral(rng: np.random.Generator) -> Data:
    W, u = rng.normal(size=(3, 4)), rng.normal(size=3)
    v = W.T @ u / np.linalg.norm(W.T @ u)
    return {
        "W": W,
        "u_tilde": u,
        "v_tilde": rng.normal(size=4),
        "v_tilde_new": v,
        "sigma": lambda W: np.linalg.norm(W, 2),
        "W_bar_SN": lambda W: W / np.linalg.norm(W, 2),
    }


def ppo(rng: np.random.Generator) -> Data:
    r = np.concatenate([[0.5, 1.6, 0.5, 1.6], rng.uniform(0.5, 1.5, size=4)])
    A = np.concatenate([[-1, 1.2, 0.7, -0.4], rng.normal(size=4)])
    L = np.mean(np.minimum(r * A, np.clip(r, 0.8, 1.2) * A))
    return {"r": r, "A_hat": A, "epsilon": 0.2, "clip": np.clip, "L_CLIP": L}


def gae(rng: np.random.Generator) -> Data:
    T, gamma, lam = 5, 0.9, 0.8
    r, V = rng.normal(size=T), rng.normal(size=T + 1)
    A = np.zeros(T + 1)
    for t in range(T - 1, -1, -1):
        A[t] = r[t] + gamma * V[t + 1] - V[t] + gamma * lam * A[t + 1]
    return {
        "r": Seq(r, 0, 0),
        "V": Seq(V, 0),
        "s": np.arange(T + 1),
        "A_hat": Seq(A[:-1], 0, 0),
        "delta_V": Seq(r + gamma * V[1:] - V[:-1], 0, 0),
        "gamma": gamma,
        "lam": lam,
    }


def ddpm(rng: np.random.Generator) -> Data:
    T = 4
    beta = rng.uniform(0.1, 0.4, size=T)
    bar = np.concatenate([[1], np.cumprod(1 - beta)])
    start, noise = rng.normal(size=(2, 3))
    x = [np.sqrt(a) * start + np.sqrt(1 - a) * noise for a in bar]
    mu, var = [], []
    for t in range(1, T + 1):  # the product of two normal densities
        one = (1 - beta[t - 1]) / beta[t - 1]
        two = 1 / (1 - bar[t - 1]) if t > 1 else np.inf
        var.append(1 / (one + two))
        back = np.sqrt(1 - beta[t - 1]) / beta[t - 1] * x[t] * var[-1]
        pull = np.sqrt(bar[t - 1]) * start * (two * var[-1] if t > 1 else 1)
        mu.append(back + pull)
    return {
        "beta": Seq(beta),
        "x": Seq(np.array(x), 0),
        "epsilon": noise,
        "T": T,
        "mu_tilde": Seq(np.array(mu)),
        "beta_tilde": Seq(np.array(var)),
    }


def elbo(rng: np.random.Generator) -> Data:
    N, J, L = 6, 4, 3
    mu, s = rng.normal(size=(N, J)), rng.uniform(0.5, 2, size=(N, J))
    log_p = rng.normal(size=(N, L))
    value = 0.5 * np.sum(1 + 2 * np.log(s) - mu**2 - s**2, axis=1)
    return {
        "mu": Seq(mu, axes=(0, 1)),
        "sigma": Seq(s, axes=(0, 1)),
        "J": J,
        "L": L,
        "x": Seq(np.arange(N)),
        "z": Seq(np.tile(np.arange(L), (N, 1)), axes=(0, 1)),
        "p_theta": lambda x, z: np.exp(log_p[x, z]),
        "ELBO": Seq(value + log_p.mean(axis=1)),
    }


def categorical(rng: np.random.Generator) -> Data:
    P, Q = rng.dirichlet(np.full(5, 2.0), size=2)

    def KL(P: Seq, Q: Seq) -> Any:
        return np.sum(P.values * (np.log(P.values) - np.log(Q.values)))

    return {"P": Seq(P, 0), "Q": Seq(Q, 0), "X": range(5), "D_KL": KL}


def dice(rng: np.random.Generator) -> Data:
    p, g = rng.uniform(0.1, 0.9, size=(2, 6))  # soft masks
    return {
        "p": Seq(p),
        "g": Seq(g),
        "N": 6,
        "D": 2 * (p @ g) / (p @ p + g @ g),
    }


def gumbel(rng: np.random.Generator) -> Data:
    pi, g, tau = rng.dirichlet(np.ones(4)), rng.gumbel(size=4), 0.6
    a = np.exp((np.log(pi) + g) / tau)
    return {
        "pi": Seq(pi),
        "g": Seq(g),
        "tau": tau,
        "k": 4,
        "y": Seq(a / a.sum()),
    }


def mixture(rng: np.random.Generator) -> Data:
    w, mu = rng.dirichlet(np.ones(3)), rng.normal(size=3)
    s, y = rng.uniform(0.5, 1.5, size=3), float(rng.normal())

    def density(y: Any, mu: Any, var: Any) -> Any:
        return np.exp(-0.5 * (y - mu) ** 2 / var) / np.sqrt(2 * np.pi * var)

    return {
        "w": w,
        "mu": mu,
        "sigma": s,
        "y": y,
        "K": 3,
        "N": density,
        "ell": -np.log(np.sum(w * density(y, mu, s**2))),
    }


def penalty(rng: np.random.Generator) -> Data:
    fake, real, between = rng.normal(size=(3, 4, 2))

    def D(x: Any) -> Any:
        return np.tanh(1.3 * x[0] - x[1]) + x[0] ** 2

    def slope(x: Any) -> Any:
        inner = 1 - np.tanh(1.3 * x[0] - x[1]) ** 2
        return np.linalg.norm([1.3 * inner + 2 * x[0], -inner])

    L = np.mean([D(x) for x in fake]) - np.mean([D(x) for x in real])
    L += 10 * np.mean([(slope(x) - 1) ** 2 for x in between])
    return {
        "P_g": fake,
        "P_r": real,
        "P_x_hat": between,
        "D": D,
        "lam": 10,
        "L": L,
    }


def contrastive(rng: np.random.Generator) -> Data:
    Y, D, m = np.array([0, 1, 1, 0]), rng.uniform(0.2, 1, size=4), 1.2
    D[2] += 1.5
    L = (1 - Y) * D**2 / 2 + Y * np.maximum(0, m - D) ** 2 / 2
    return {"Y": Y, "D": D, "m": m, "L": L}


def batch_norm(rng: np.random.Generator) -> Data:
    m, eps, gamma = 5, 0.02, 1.4
    x, g = 0.3 + 1.7 * rng.normal(size=m), rng.normal(size=m)
    x_hat = (x - x.mean()) / np.sqrt(x.var() + eps)
    inner = g * gamma
    within = m * inner - inner.sum() - x_hat * (inner @ x_hat)
    return {
        "m": m,
        "epsilon": eps,
        "gamma": gamma,
        "sigma_B": np.sqrt(x.var()),
        "x": Seq(x),
        "x_hat": Seq(x_hat),
        "y": Seq(gamma * x_hat),
        "beta": 0.0,
        "dell_dy": Seq(g),
        "dell_dx_hat": Seq(inner),
        "dell_dx": Seq(within / m / np.sqrt(x.var() + eps)),
        "dell_dgamma": g @ x_hat,
        "dell_dbeta": g.sum(),
    }


def bellman(rng: np.random.Generator) -> Data:
    S, A, R, gamma = 4, 3, 2, 0.8
    p = rng.dirichlet(np.ones(S * R), size=(S, A)).reshape(S, A, S, R)
    p = p.transpose(2, 3, 0, 1)
    pi, v, v_pi = rng.dirichlet(np.ones(A), size=S).T, np.zeros(S), np.zeros(S)

    def q(v: np.ndarray) -> np.ndarray:
        target = np.arange(R) + gamma * v[:, np.newaxis]
        return np.einsum("prsa,pr->sa", p, target)

    for _ in range(200):
        v, v_pi = q(v).max(axis=1), np.sum(pi.T * q(v_pi), axis=1)
    return {
        "p": p,
        "pi": pi,
        "gamma": gamma,
        "v_star": Seq(v, 0),
        "q_star": q(v),
        "v_pi": Seq(v_pi, 0),
    }


def traces(rng: np.random.Generator) -> Data:
    T, n, gamma, lam, alpha = 5, 3, 0.9, 0.7, 0.2
    S, delta = np.array([0, 2, 0, 1, 2]), rng.normal(size=T)
    e, V = [np.zeros(n)], [rng.normal(size=n)]
    for t in range(T):
        e.append(gamma * lam * e[-1] + (np.arange(n) == S[t]))
        V.append(V[-1] + alpha * delta[t] * e[-1])
    return {
        "e": Seq(np.array(e[1:]), 0, e[0]),
        "S": S,
        "V": Seq(np.array(V), 0),
        "delta": delta,
        "alpha": alpha,
        "gamma": gamma,
        "lam": lam,
        "T": T,
    }


def double_q(rng: np.random.Generator) -> Data:
    Q_1, Q_2 = rng.normal(size=(2, 4, 3))
    S, A, R = np.array([2, 0, 3]), np.array([1, 2]), rng.normal(size=3)
    alpha, gamma, t = 0.4, 0.9, 1
    Q_1[0, 0] = Q_1[3, 2] = 4.0  # what is best differs from state to state
    new = Q_1.copy()
    target = R[2] + gamma * Q_2[3, Q_1[3].argmax()]
    new[0, 2] += alpha * (target - Q_1[0, 2])
    return {
        "Q_1": Q_1,
        "Q_2": Q_2,
        "Q_1_new": new,
        "S": S,
        "A": A,
        "R": R,
        "t": t,
        "alpha": alpha,
        "gamma": gamma,
    }


ADAGRAD = (
    r"\theta_{t+1,i} = \theta_{t,i} - \frac{\eta}{\sqrt{G_{t,ii} + "
    r"\epsilon}} \cdot g_{t,i}, \qquad t = 1, \dots, T \\ "
    r"G_t = \sum_{\tau=1}^{t} g_\tau g_\tau^\top"
)
ADAMW = (
    r"\theta_t \leftarrow \theta_{t-1} - \eta_t \left(\alpha \hat{m}_t / "
    r"(\sqrt{\hat{v}_t} + \epsilon) + \lambda \theta_{t-1}\right)"
)
NESTEROV = (
    r"v_{t+1} = \mu v_t - \varepsilon \nabla f(\theta_t + \mu v_t), \qquad "
    r"t = 0, \dots, T - 1 \\ \theta_{t+1} = \theta_t + v_{t+1}, \qquad "
    r"t = 0, \dots, T - 1"
)
WARM_UP = (
    r"\mathit{lrate}(\mathit{step\_num}) = d_{\text{model}}^{-0.5} \cdot "
    r"\min(\mathit{step\_num}^{-0.5}, \mathit{step\_num} \cdot "
    r"\mathit{warmup\_steps}^{-1.5})"
)
SMOOTHING = (
    r"q'(k) = (1 - \epsilon) \delta_{k,y} + \epsilon u(k)",
    r"H(q', p) = -\sum_{k=1}^{K} q'(k) \log p(k) = (1 - \epsilon) H(q, p) + "
    r"\epsilon H(u, p)",
)
INFO_NCE = (
    r"\mathcal{L}_q = -\log \frac{\exp(q \cdot k_+ / \tau)}"
    r"{\sum_{i=0}^{K} \exp(q \cdot k_i / \tau)}"
)
NT_XENT = (
    r"\ell_{i,j} = -\log \frac{\exp(\mathrm{sim}(\boldsymbol{z}_i, "
    r"\boldsymbol{z}_j)/\tau)}{\sum_{k=1}^{2N} \mathbb{1}_{[k \neq i]} "
    r"\exp(\mathrm{sim}(\boldsymbol{z}_i, \boldsymbol{z}_k)/\tau)}"
)
TRIPLET = (
    r"L = \sum_{i=1}^{N} \left[\left\|f(x_i^a) - f(x_i^p)\right\|_2^2 - "
    r"\left\|f(x_i^a) - f(x_i^n)\right\|_2^2 + \alpha\right]_+"
)
WEIGHT_NORM = (
    r"\mathbf{w} = \frac{g}{\|\mathbf{v}\|} \mathbf{v} \\ "
    r"L = c \cdot \mathbf{w} + (c \cdot \mathbf{w})^2",
    r"\nabla_g L = \frac{\nabla_{\mathbf{w}} L \cdot \mathbf{v}}"
    r"{\|\mathbf{v}\|}, \qquad \nabla_{\mathbf{v}} L = "
    r"\frac{g}{\|\mathbf{v}\|} \nabla_{\mathbf{w}} L - "
    r"\frac{g \nabla_g L}{\|\mathbf{v}\|^2} \mathbf{v}",
)
SPECTRAL = (
    r"\tilde{v} \leftarrow W^{\mathrm{T}} \tilde{u} / "
    r"\|W^{\mathrm{T}} \tilde{u}\|_2",
    r"\bar{W}_{\mathrm{SN}}(W) := W / \sigma(W)",
)
PPO = (
    r"L^{CLIP} = \hat{\mathbb{E}}_t\left[\min(r_t \hat{A}_t, "
    r"\mathrm{clip}(r_t, 1 - \epsilon, 1 + \epsilon) \hat{A}_t)\right]"
)
GAE = (
    r"\hat{A}_t = \delta_t + (\gamma\lambda) \hat{A}_{t+1}, \qquad "
    r"\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)",
    r"\hat{A}_t := \sum_{l=0}^{\infty} (\gamma\lambda)^l \delta_{t+l}^V",
)
DDPM = (
    r"\alpha_t := 1 - \beta_t, \qquad \bar\alpha_t := \prod_{s=1}^{t} "
    r"\alpha_s \\ x_t = \sqrt{\bar\alpha_t} x_0 + \sqrt{1 - \bar\alpha_t} "
    r"\epsilon, \qquad t = 1, \dots, T",
    r"\tilde\mu_t = \frac{\sqrt{\bar\alpha_{t-1}} \beta_t}"
    r"{1 - \bar\alpha_t} x_0 + \frac{\sqrt{\alpha_t}(1 - "
    r"\bar\alpha_{t-1})}{1 - \bar\alpha_t} x_t \quad \text{and} \quad "
    r"\tilde\beta_t := \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t",
)
ELBO = (
    r"\mathrm{ELBO}^{(i)} = \frac{1}{2} \sum_{j=1}^{J} \left(1 + "
    r"\log((\sigma_j^{(i)})^2) - (\mu_j^{(i)})^2 - (\sigma_j^{(i)})^2\right)"
    r" + \frac{1}{L} \sum_{l=1}^{L} \log p_\theta(x^{(i)} | z^{(i,l)})"
)
CATEGORICAL = (
    r"D_{\mathrm{KL}}(P \parallel Q) = \sum_{x \in \mathcal{X}} P(x) \log "
    r"\frac{P(x)}{Q(x)}"
)
_SQUARES = r"\sum_{i=1}^{N} p_i^2 + \sum_{i=1}^{N} g_i^2"
DICE = (
    rf"D = \frac{{2 \sum_{{i=1}}^{{N}} p_i g_i}}{{{_SQUARES}}}",
    r"\frac{\partial D}{\partial p_j} = 2 \left[\frac{g_j \left("
    + _SQUARES
    + r"\right) - 2 p_j \left(\sum_{i=1}^{N} p_i g_i\right)}{\left("
    + _SQUARES
    + r"\right)^2}\right]",
)
GUMBEL = (
    r"y_i = \frac{\exp((\log(\pi_i) + g_i)/\tau)}{\sum_{j=1}^{k} "
    r"\exp((\log(\pi_j) + g_j)/\tau)} \qquad \text{for } i = 1, \dots, k."
)
MIXTURE = (
    r"\ell = -\log \sum_{k=0}^{K-1} w_k \mathcal{N}(y \mid \mu_k, "
    r"\sigma_k^2)",
    r"\ell = -m - \log \sum_k e^{a_k - m}, \quad m = \max_k a_k, \quad "
    r"a_k = \log w_k - \frac{(y - \mu_k)^2}{2 \sigma_k^2} - \log \sigma_k - "
    r"\tfrac{1}{2} \log 2\pi",
)
PENALTY = (
    r"L = \mathbb{E}_{\tilde{x} \sim \mathbb{P}_g}[D(\tilde{x})] - "
    r"\mathbb{E}_{x \sim \mathbb{P}_r}[D(x)] + \lambda "
    r"\mathbb{E}_{\hat{x} \sim \mathbb{P}_{\hat{x}}}\left["
    r"(\|\nabla_{\hat{x}} D(\hat{x})\|_2 - 1)^2\right]"
)
CONTRASTIVE = (
    r"L_i = (1 - Y_i) \frac{1}{2} (D_i)^2 + (Y_i) \frac{1}{2} "
    r"\{\max(0, m - D_i)\}^2"
)
BATCH_NORM = (
    r"\frac{\partial \ell}{\partial \hat{x}_i} = \frac{\partial \ell}"
    r"{\partial y_i} \cdot \gamma \\ \frac{\partial \ell}{\partial x_i} = "
    r"\frac{1}{m \sqrt{\sigma_{\mathcal{B}}^2 + \epsilon}} \left(m "
    r"\frac{\partial \ell}{\partial \hat{x}_i} - \sum_{j=1}^{m} "
    r"\frac{\partial \ell}{\partial \hat{x}_j} - \hat{x}_i \sum_{j=1}^{m} "
    r"\frac{\partial \ell}{\partial \hat{x}_j} \cdot \hat{x}_j\right) \\ "
    r"\frac{\partial \ell}{\partial \gamma} = \sum_{i=1}^{m} "
    r"\frac{\partial \ell}{\partial y_i} \cdot \hat{x}_i \\ "
    r"\frac{\partial \ell}{\partial \beta} = \sum_{i=1}^{m} "
    r"\frac{\partial \ell}{\partial y_i}"
)
BELLMAN = (
    r"v_*(s) = \max_a \sum_{s', r} p(s', r \mid s, a) \bigl[r + \gamma "
    r"v_*(s')\bigr]",
    r"q_*(s, a) = \sum_{s', r} p(s', r \,|\, s, a) \Bigl[r + \gamma "
    r"\max_{a'} q_*(s', a')\Bigr]",
    r"v_\pi(s) \doteq \sum_a \pi(a|s) \sum_{s'} \sum_r p(s', r|s, a) "
    r"\Bigl[r + \gamma v_\pi(s')\Bigr]",
)
TRACES = (
    r"e_t(s) \doteq \gamma \lambda e_{t-1}(s) + \mathbb{1}(S_t = s)",
    r"V_{t+1}(s) \doteq V_t(s) + \alpha \delta_t e_t(s), \qquad "
    r"t = 0, \dots, T - 1",
)
DOUBLE_Q = (
    r"Q_1(S_t, A_t) \leftarrow Q_1(S_t, A_t) + \alpha \Bigl[R_{t+1} + "
    r"\gamma Q_2\bigl(S_{t+1}, \operatorname*{arg\,max}_a Q_1(S_{t+1}, a)"
    r"\bigr) - Q_1(S_t, A_t)\Bigr]"
)


def entry(
    name: str,
    blocks: tuple[str, ...],
    data: Any,
    **wrong: tuple[int, str, str],
) -> Entry:
    """Return an entry whose faults are each one thing put in another's place."""
    faults = {
        fault.replace("_", " "): (place, instead(blocks[place], old, new))
        for fault, (place, old, new) in wrong.items()
    }
    return Entry(name, blocks, data, faults)


ENTRIES = (
    entry(
        "Adagrad",
        (ADAGRAD,),
        adagrad,
        from_the_second=(0, r"\tau=1", r"\tau=2"),
        range_by_one=(0, "t = 1", "t = 2"),
    ),
    entry(
        "AdamW",
        (ADAMW,),
        adamw,
        decay_added=(0, r"+ \lambda", r"- \lambda"),
        no_schedule=(0, r"\eta_t \left", r"\left"),
    ),
    entry(
        "Nesterov momentum",
        (NESTEROV,),
        nesterov,
        plain_momentum=(0, r"f(\theta_t + \mu v_t)", r"f(\theta_t)"),
        uphill=(0, r"- \varepsilon", r"+ \varepsilon"),
    ),
    entry(
        "learning rate with warm-up",
        (WARM_UP,),
        warm_up,
        power=(0, "{-1.5}", "{-1}"),
        largest=(0, r"\min", r"\max"),
    ),
    entry(
        "label smoothing",
        SMOOTHING,
        smoothing,
        no_weight=(0, r"(1 - \epsilon) \delta", r"\delta"),
        swapped=(1, "H(u, p)", "H(p, u)"),
    ),
    entry(
        "InfoNCE",
        (INFO_NCE,),
        info_nce,
        no_positive=(0, "i=0", "i=1"),
        temperature=(0, r"k_+ / \tau", r"k_+ \tau"),
    ),
    entry(
        "NT-Xent",
        (NT_XENT,),
        nt_xent,
        with_itself=(0, r"\mathbb{1}_{[k \neq i]}", ""),
        half_the_batch=(0, "{2N}", "{N}"),
    ),
    entry(
        "triplet loss",
        (TRIPLET,),
        triplet,
        margin=(0, r"+ \alpha", r"- \alpha"),
        no_hinge=(0, "]_+", "]"),
    ),
    entry(
        "weight normalization",
        WEIGHT_NORM,
        weight_norm,
        no_square=(1, r"\|^2}", r"\|}"),
        sign=(1, r"L - \frac", r"L + \frac"),
    ),
    entry(
        "spectral norm",
        SPECTRAL,
        spectral,
        other_norm=(0, r"\|_2", r"\|_1"),
        multiplied=(1, r"W / \sigma", r"W \sigma"),
    ),
    entry(
        "PPO",
        (PPO,),
        ppo,
        largest=(0, r"\min", r"\max"),
        no_clip=(0, r"\mathrm{clip}(r_t, 1 - \epsilon, 1 + \epsilon)", "r_t"),
    ),
    entry(
        "generalised advantage",
        GAE,
        gae,
        this_state=(0, "V(s_{t+1}) - V(s_t)", "V(s_t) - V(s_{t+1})"),
        from_one=(1, "l=0", "l=1"),
    ),
    entry(
        "diffusion",
        DDPM,
        ddpm,
        no_root=(0, r"\sqrt{1 - \bar\alpha_t}", r"(1 - \bar\alpha_t)"),
        this_product=(1, r"\sqrt{\bar\alpha_{t-1}}", r"\sqrt{\bar\alpha_t}"),
    ),
    entry(
        "evidence lower bound",
        (ELBO,),
        elbo,
        sign=(0, r"1 + \log", r"1 - \log"),
        mean_by_dimensions=(0, r"\frac{1}{L}", r"\frac{1}{J}"),
    ),
    entry(
        "KL of categorical distributions",
        (CATEGORICAL,),
        categorical,
        inverted=(0, r"\frac{P(x)}{Q(x)}", r"\frac{Q(x)}{P(x)}"),
        weighted_by_Q=(0, r"P(x) \log", r"Q(x) \log"),
    ),
    entry(
        "dice loss",
        DICE,
        dice,
        no_factor=(0, r"2 \sum", r"\sum"),
        slope=(1, "- 2 p_j", "- p_j"),
    ),
    entry(
        "Gumbel-softmax",
        (GUMBEL,),
        gumbel,
        temperature=(0, r"g_j)/\tau", "g_j)"),
        no_noise=(0, r"(\log(\pi_i) + g_i)", r"\log(\pi_i)"),
    ),
    entry(
        "mixture of normal densities",
        MIXTURE,
        mixture,
        deviation=(0, r"\sigma_k^2", r"\sigma_k"),
        maximum=(1, "= -m", "= m"),
    ),
    entry(
        "gradient penalty",
        (PENALTY,),
        penalty,
        no_one=(0, "_2 - 1)", "_2)"),
        turned=(0, r"- \mathbb", r"+ \mathbb"),
    ),
    entry(
        "contrastive loss",
        (CONTRASTIVE,),
        contrastive,
        labels=(0, "(1 - Y_i)", "(Y_i)"),
        no_margin=(0, "m - D_i", "D_i"),
    ),
    entry(
        "batch norm backward",
        (BATCH_NORM,),
        batch_norm,
        sign=(0, r"- \hat{x}_i", r"+ \hat{x}_i"),
        no_gamma=(0, r"\cdot \gamma", ""),
    ),
    entry(
        "Bellman optimality",
        BELLMAN,
        bellman,
        smallest=(0, r"\max_a", r"\min_a"),
        this_state=(2, r"\gamma v_\pi(s')", r"\gamma v_\pi(s)"),
        same_action=(1, "q_*(s', a')", "q_*(s', a)"),
    ),
    entry(
        "TD with traces",
        TRACES,
        traces,
        no_decay=(0, r"\gamma \lambda", r"\gamma"),
        downhill=(1, r"+ \alpha", r"- \alpha"),
    ),
    entry(
        "double Q-learning",
        (DOUBLE_Q,),
        double_q,
        one_table=(0, r"\gamma Q_2", r"\gamma Q_1"),
        worst=(0, r"arg\,max", r"arg\,min"),
    ),
)
