#include "clusterd/scheduler/term_index.h"

namespace coracle::scheduler {

namespace {

std::string identity(const AffinityTerm &term) {
    auto selector = [](const api::LabelSelector &labels) {
        return labels.isNothing() ? std::string("-") : "+" + labels.text();
    };
    std::string text = term.topologyKey + '\n' + selector(term.selector) + '\n';
    for (const std::string &name : term.namespaces)
        text += name + ' ';
    if (term.namespaceLabels)
        text += '\n' + selector(*term.namespaceLabels);
    return text += term.anyNamespace ? "*" : "";
}

} // namespace

void TermIndex::change(const AffinityTerm &term, std::string_view domain, int64_t weight, int64_t pods) {
    const std::string key = identity(term);
    auto [group, made] = m_groups.try_emplace(key);
    if (made)
        group->second.term = term;
    group->second.pods += pods;
    auto [sum, fresh] = group->second.domains.try_emplace(std::string(domain), 0);
    sum->second += weight;
    if (sum->second == 0)
        group->second.domains.erase(sum);
    if (group->second.pods == 0)
        m_groups.erase(group);
}

} // namespace coracle::scheduler
