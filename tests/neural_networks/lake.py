"""A frozen lake, and ways to record and to cut episodes short."""

MAP = "SFFF FHFH FFFH HFFG".replace(" ", "")


def frozen_lake(slippery=True):
    """Return the tables of Gymnasium's FrozenLake, 4 by 4.

    Actions: left, down, right, up. On ice, a step goes where it should in one
    case of three, and to either side in the others.
    """

    def move(s, a):
        row, column = divmod(s, 4)
        row = min(max(row + (0, 1, 0, -1)[a], 0), 3)
        column = min(max(column + (-1, 0, 1, 0)[a], 0), 3)
        to = 4 * row + column
        return to, float(MAP[to] == "G"), MAP[to] in "GH"

    P = {}
    for s in range(16):
        P[s] = {}
        for a in range(4):
            if MAP[s] in "GH":
                P[s][a] = [(1.0, s, 0.0, True)]
            elif slippery:
                ways = ((a - 1) % 4, a, (a + 1) % 4)
                P[s][a] = [(1 / 3, *move(s, way)) for way in ways]
            else:
                P[s][a] = [(1.0, *move(s, a))]
    return P


class Recorder:
    """An environment that also notes all episodes."""

    def __init__(self, env, limit=None):
        self.env, self.limit = env, limit
        self.observation_space = env.observation_space
        self.action_space = env.action_space
        self.episodes, self.seeds = [], []

    def reset(self, *, seed=None):
        self.state, info = self.env.reset(seed=seed)
        self.seeds.append(seed)
        self.episodes.append([])
        return self.state, info

    def step(self, action):
        state, reward, terminated, _, info = self.env.step(action)
        steps = self.episodes[-1]
        steps.append((self.state, action, reward, state, terminated))
        self.state = state
        cut = self.limit is not None and len(steps) >= self.limit
        return state, reward, terminated, cut and not terminated, info
