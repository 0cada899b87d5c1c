#include "clusterd/scheduler/node_scan.h"

#include "clusterd/scheduler/trial.h"
#include "clusterd/scheduler/workers.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

namespace {

constexpr size_t kAlone = 256; ///< tell how long the rest will take
constexpr size_t kPiece = 64;

struct Findings {
    std::vector<const NodeInfo *> feasible;
    Diagnosis diagnosis;
    bool failed = false;
};

class Scan {
public:
    Scan(const ScanInput &input, Diagnosis &diagnosis) : m_input(input), m_diagnosis(diagnosis) {}

    Scanned run() {
        const size_t count = m_input.nodes.size();
        while (m_looked < count && missing() > 0 && !m_diagnosis.error)
            if (shareable())
                share();
            else
                look(std::min(count, m_looked + kAlone));
        if (m_diagnosis.error)
            m_feasible.clear();
        return {std::move(m_feasible), m_looked};
    }

private:
    const NodeInfo &nodeAt(size_t index) const {
        return *m_input.nodes[(m_input.first + index) % m_input.nodes.size()];
    }
    size_t missing() const { return m_input.enough - std::min(m_input.enough, m_feasible.size()); }

    /// Alone, one node after the other, up to the end.
    void look(size_t end) {
        for (; m_looked < end && missing() > 0; ++m_looked) {
            const NodeInfo &node = nodeAt(m_looked);
            const auto rejected = Trial::filterWithNominated(m_input.cache, m_input.state, m_input.prepared,
                                                             m_input.pod, node, m_input.nominations);
            if (!rejected) {
                m_feasible.push_back(&node);
            } else if (rejected->error) {
                m_diagnosis.clusterReason = fmt::format("{}", fmt::join(rejected->reasons, ", "));
                m_diagnosis.error = true;
                return;
            } else {
                note(m_diagnosis, *rejected, node);
            }
        }
    }

    /// When the nodes that were looked at tell that the rest will take long.
    bool shareable() const {
        if (m_looked < kAlone || m_input.workers.alone() || !m_input.nominations.empty())
            return false;
        const size_t left = m_input.nodes.size() - m_looked;
        const size_t expected = std::min(left, missing() * m_looked / std::max<size_t>(1, m_feasible.size()));
        const Duration taken = m_input.clock.steadyNow() - m_begun;
        return taken / static_cast<int64_t>(m_looked) * static_cast<int64_t>(expected) >= m_input.worthSharing &&
               std::ranges::none_of(m_input.prepared.filters,
                                    [](const FilterPlugin *filter) { return filter->exclusive(); });
    }

    Findings lookAt(size_t begin, size_t end) const {
        Findings found;
        for (size_t i = begin; i < end; ++i) {
            const NodeInfo &node = nodeAt(i);
            const auto rejected = Framework::filter(m_input.state, m_input.prepared.filters, m_input.pod, node);
            if (!rejected) {
                found.feasible.push_back(&node);
                continue;
            }
            found.failed = found.failed || rejected->error;
            note(found.diagnosis, *rejected, node);
        }
        return found;
    }

    /// The rest on several threads. The piece that brings the end is looked at once more alone, so that it ends at the
    /// same node.
    void share() {
        const size_t begin = m_looked, count = m_input.nodes.size();
        const auto endOf = [&](size_t piece) { return std::min(count, begin + (piece + 1) * kPiece); };
        std::vector<Findings> pieces((count - begin + kPiece - 1) / kPiece);
        std::atomic<size_t> found = m_feasible.size();
        const size_t done = m_input.workers.run(pieces.size(), [&](size_t piece) {
            pieces[piece] = lookAt(begin + piece * kPiece, endOf(piece));
            return (found += pieces[piece].feasible.size()) < m_input.enough && !pieces[piece].failed;
        });
        for (size_t piece = 0; piece < done; ++piece) {
            Findings &next = pieces[piece];
            if (next.failed || next.feasible.size() >= missing())
                return look(endOf(piece));
            m_looked = endOf(piece);
            m_feasible.insert(m_feasible.end(), next.feasible.begin(), next.feasible.end());
            merge(std::move(next.diagnosis));
        }
    }

    void merge(Diagnosis &&other) {
        for (const auto &[reason, nodes] : other.reasons)
            m_diagnosis.reasons[reason] += nodes;
        m_diagnosis.plugins.merge(other.plugins);
        std::ranges::move(other.resolvable, std::back_inserter(m_diagnosis.resolvable));
        m_diagnosis.unresolvable += other.unresolvable;
    }

    const ScanInput &m_input;
    Diagnosis &m_diagnosis;
    const SteadyTime m_begun = m_input.clock.steadyNow();
    std::vector<const NodeInfo *> m_feasible;
    size_t m_looked = 0;
};

} // namespace

void note(Diagnosis &diagnosis, const Rejection &rejection, const NodeInfo &node) {
    for (const std::string &reason : rejection.reasons)
        ++diagnosis.reasons[reason];
    diagnosis.plugins.insert(rejection.plugin);
    if (rejection.resolvable)
        diagnosis.resolvable.push_back(node.name());
    else
        ++diagnosis.unresolvable;
}

Scanned scanNodes(const ScanInput &input, Diagnosis &diagnosis) {
    return Scan(input, diagnosis).run();
}

} // namespace coracle::scheduler
