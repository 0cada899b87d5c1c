#pragma once

#include "core/api/types/core_v1.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace coracle::scheduler::testing {

/// The rules, said as plainly and slowly as possible, straight on the API's structs.
struct Reference {
    using Scores = std::map<std::string, int64_t>; ///< by node
    std::map<std::string, corev1::Node> nodes;
    std::map<std::string, corev1::Pod> placed; ///< with spec.nodeName

    static std::string label(const corev1::Node &node, const std::string &key) {
        const auto found = node.metadata.labels.find(key);
        return found == node.metadata.labels.end() ? "" : found->second;
    }
    static bool selects(const api::Ptr<metav1::LabelSelector> &selector, const corev1::Pod &pod) {
        for (const auto &[key, value] : selector->matchLabels)
            if (!pod.metadata.labels.contains(key) || pod.metadata.labels.at(key) != value)
                return false;
        return true;
    }
    /// Thousandths of a CPU, or bytes of memory; of containers that ask for none, the other amount.
    static int64_t asked(const corev1::Pod &pod, const std::string &resource, int64_t otherwise = 0) {
        int64_t sum = 0;
        for (const auto &container : pod.spec.containers) {
            const auto request = container.resources.requests.find(resource);
            if (request == container.resources.requests.end())
                sum += otherwise;
            else
                sum += resource == "cpu" ? request->second.milliValue() : request->second.value();
        }
        return sum;
    }
    static int64_t has(const corev1::Node &node, const std::string &resource) {
        const auto &amount = node.status.allocatable.at(resource);
        return resource == "cpu" ? amount.milliValue() : amount.value();
    }
    static bool tolerated(const corev1::Pod &pod, const corev1::Taint &taint) {
        for (const auto &toleration : pod.spec.tolerations)
            if (toleration.key == taint.key && toleration.value == taint.value &&
                (toleration.effect.empty() || toleration.effect == taint.effect))
                return true;
        return false;
    }
    static bool tolerated(const corev1::Pod &pod, const corev1::Node &node) {
        for (const auto &taint : node.spec.taints) {
            if (taint.effect != "PreferNoSchedule" && !tolerated(pod, taint))
                return false;
        }
        return true;
    }
    bool selected(const corev1::Pod &pod, const corev1::Node &node) const {
        for (const auto &[key, value] : pod.spec.nodeSelector)
            if (label(node, key) != value)
                return false;
        return true;
    }
    bool fits(const corev1::Pod &pod, const std::string &name) const {
        const corev1::Node &node = nodes.at(name);
        int64_t cpu = asked(pod, "cpu"), memory = asked(pod, "memory"), count = 1;
        for (const auto &[uid, other] : placed) {
            if (other.spec.nodeName != name)
                continue;
            cpu += asked(other, "cpu");
            memory += asked(other, "memory");
            ++count;
            for (const auto &mine : pod.spec.containers.at(0).ports)
                for (const auto &theirs : other.spec.containers.at(0).ports)
                    if (mine.hostPort == theirs.hostPort)
                        return false;
        }
        const bool room = (asked(pod, "cpu") == 0 || cpu <= has(node, "cpu")) &&
                          (asked(pod, "memory") == 0 || memory <= has(node, "memory"));
        return room && count <= node.status.allocatable.at("pods").value() && tolerated(pod, node) &&
               selected(pod, node) && affine(pod, node) && repelled(pod, node) && spread(pod, node);
    }
    /// Whether a placed pod that the term means is in the node's domain.
    bool near(const corev1::PodAffinityTerm &term, const corev1::Node &node) const {
        for (const auto &[uid, other] : placed)
            if (nodes.contains(other.spec.nodeName) && selects(term.labelSelector, other) &&
                !label(node, term.topologyKey).empty() &&
                label(nodes.at(other.spec.nodeName), term.topologyKey) == label(node, term.topologyKey))
                return true;
        return false;
    }
    bool affine(const corev1::Pod &pod, const corev1::Node &node) const {
        if (!pod.spec.affinity || !pod.spec.affinity->podAffinity ||
            pod.spec.affinity->podAffinity->requiredDuringSchedulingIgnoredDuringExecution.empty())
            return true;
        const auto &term = pod.spec.affinity->podAffinity->requiredDuringSchedulingIgnoredDuringExecution.at(0);
        if (label(node, term.topologyKey).empty())
            return false;
        bool anybody = false;
        for (const auto &[name, other] : nodes)
            anybody = anybody || near(term, other);
        return near(term, node) || (!anybody && selects(term.labelSelector, pod));
    }
    static bool keepsAway(const corev1::Pod &pod) {
        return pod.spec.affinity && pod.spec.affinity->podAntiAffinity &&
               !pod.spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.empty();
    }
    bool repelled(const corev1::Pod &pod, const corev1::Node &node) const {
        if (keepsAway(pod) &&
            near(pod.spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.at(0), node))
            return false;
        for (const auto &[uid, other] : placed) {
            if (!keepsAway(other) || !nodes.contains(other.spec.nodeName))
                continue;
            const auto &term =
                other.spec.affinity->podAntiAffinity->requiredDuringSchedulingIgnoredDuringExecution.at(0);
            const std::string theirs = label(nodes.at(other.spec.nodeName), term.topologyKey);
            if (selects(term.labelSelector, pod) && !theirs.empty() && theirs == label(node, term.topologyKey))
                return false;
        }
        return true;
    }
    bool spread(const corev1::Pod &pod, const corev1::Node &node) const {
        for (const auto &constraint : pod.spec.topologySpreadConstraints) {
            if (constraint.whenUnsatisfiable != "DoNotSchedule")
                continue;
            const std::string domain = label(node, constraint.topologyKey);
            if (domain.empty())
                return false;
            std::map<std::string, int> counts;
            for (const auto &[name, other] : nodes)
                if (selected(pod, other) && !label(other, constraint.topologyKey).empty())
                    counts[label(other, constraint.topologyKey)] = 0;
            for (const auto &[uid, other] : placed)
                if (nodes.contains(other.spec.nodeName) && selected(pod, nodes.at(other.spec.nodeName)) &&
                    selects(constraint.labelSelector, other))
                    if (const auto at = counts.find(label(nodes.at(other.spec.nodeName), constraint.topologyKey));
                        at != counts.end())
                        ++at->second;
            int fewest = counts.empty() ? 0 : INT_MAX;
            for (const auto &[name, count] : counts)
                fewest = std::min(fewest, count);
            const int mine = counts.contains(domain) ? counts[domain] : 0;
            if (mine + selects(constraint.labelSelector, pod) - fewest > constraint.maxSkew)
                return false;
        }
        return true;
    }

    // Scores: those of the default profile, of the nodes that fit.
    Scores taints(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        Scores scores;
        for (const std::string &name : fitting)
            for (const auto &taint : nodes.at(name).spec.taints)
                scores[name] += taint.effect == "PreferNoSchedule" && !tolerated(pod, taint);
        const int64_t most = largest(scores);
        for (const std::string &name : fitting)
            scores[name] = most == 0 ? 100 : 100 - 100 * scores[name] / most;
        return scores;
    }
    Scores nodeAffinity(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        Scores scores;
        if (pod.spec.affinity && pod.spec.affinity->nodeAffinity)
            for (const auto &term : pod.spec.affinity->nodeAffinity->preferredDuringSchedulingIgnoredDuringExecution)
                for (const std::string &name : fitting) {
                    const auto &expression = term.preference.matchExpressions.at(0);
                    if (label(nodes.at(name), expression.key) == expression.values.at(0))
                        scores[name] += term.weight;
                }
        const int64_t most = largest(scores);
        for (auto &[name, score] : scores)
            score = most == 0 ? 0 : 100 * score / most;
        return scores;
    }
    /// What is asked for on a node.
    int64_t used(const std::string &name, const std::string &resource, int64_t otherwise = 0) const {
        int64_t sum = 0;
        for (const auto &[uid, other] : placed)
            if (other.spec.nodeName == name)
                sum += asked(other, resource, otherwise);
        return sum;
    }
    Scores leastAllocated(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        Scores scores;
        for (const std::string &name : fitting) {
            int64_t sum = 0;
            for (const auto &[resource, otherwise] :
                 {std::pair<std::string, int64_t>("cpu", 100), {"memory", 200 << 20}}) {
                const int64_t all = has(nodes.at(name), resource);
                const int64_t wanted = used(name, resource, otherwise) + asked(pod, resource, otherwise);
                sum += wanted > all ? 0 : (all - wanted) * 100 / all;
            }
            scores[name] = sum / 2;
        }
        return scores;
    }
    Scores balance(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        Scores scores;
        if (asked(pod, "cpu") == 0 && asked(pod, "memory") == 0)
            return scores;
        auto balanced = [&](const corev1::Node &node, int64_t cpu, int64_t memory) {
            const double one = std::min(1.0, double(cpu) / double(has(node, "cpu")));
            const double other = std::min(1.0, double(memory) / double(has(node, "memory")));
            return static_cast<int64_t>((1 - std::abs((one - other) / 2)) * 100);
        };
        for (const std::string &name : fitting) {
            const int64_t cpu = used(name, "cpu"), memory = used(name, "memory");
            const int64_t without = balanced(nodes.at(name), cpu, memory);
            const int64_t with = balanced(nodes.at(name), cpu + asked(pod, "cpu"), memory + asked(pod, "memory"));
            scores[name] = 50 + (50 + with - without) / 2;
        }
        return scores;
    }
    Scores images(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        Scores scores;
        auto sizeOn = [](const corev1::Node &node, const std::string &image) {
            for (const auto &there : node.status.images)
                for (const std::string &name : there.names)
                    if (name == image || name == image + ":latest")
                        return there.sizeBytes;
            return int64_t(0);
        };
        for (const std::string &name : fitting) {
            int64_t sum = 0;
            for (const auto &container : pod.spec.containers) {
                int64_t having = 0;
                for (const auto &[otherName, other] : nodes)
                    having += sizeOn(other, container.image) > 0;
                sum += static_cast<int64_t>(double(sizeOn(nodes.at(name), container.image)) *
                                            (double(having) / double(nodes.size())));
            }
            const int64_t least = 23 << 20, most = (int64_t(1000) << 20) * int64_t(pod.spec.containers.size());
            scores[name] = 100 * (std::clamp(sum, least, most) - least) / (most - least);
        }
        return scores;
    }
    Scores podAffinity(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        std::map<std::pair<std::string, std::string>, int64_t> sums; // by topology key and value
        auto count = [&](const corev1::PodAffinityTerm &term, const corev1::Pod &target, const corev1::Pod &onNode,
                         int64_t weight) {
            const std::string value = label(nodes.at(onNode.spec.nodeName), term.topologyKey);
            if (selects(term.labelSelector, target) && !value.empty())
                sums[{term.topologyKey, value}] += weight;
        };
        for (const auto &[uid, other] : placed) {
            if (!nodes.contains(other.spec.nodeName))
                continue;
            if (pod.spec.affinity && pod.spec.affinity->podAffinity)
                for (const auto &wish : pod.spec.affinity->podAffinity->preferredDuringSchedulingIgnoredDuringExecution)
                    count(wish.podAffinityTerm, other, other, wish.weight);
            if (pod.spec.affinity && pod.spec.affinity->podAntiAffinity)
                for (const auto &wish :
                     pod.spec.affinity->podAntiAffinity->preferredDuringSchedulingIgnoredDuringExecution)
                    count(wish.podAffinityTerm, other, other, -wish.weight);
            if (other.spec.affinity && other.spec.affinity->podAffinity) {
                const auto &theirs = *other.spec.affinity->podAffinity;
                for (const auto &term : theirs.requiredDuringSchedulingIgnoredDuringExecution)
                    count(term, pod, other, 1);
                for (const auto &wish : theirs.preferredDuringSchedulingIgnoredDuringExecution)
                    count(wish.podAffinityTerm, pod, other, wish.weight);
            }
            if (other.spec.affinity && other.spec.affinity->podAntiAffinity)
                for (const auto &wish :
                     other.spec.affinity->podAntiAffinity->preferredDuringSchedulingIgnoredDuringExecution)
                    count(wish.podAffinityTerm, pod, other, -wish.weight);
        }
        Scores scores;
        for (const std::string &name : fitting) {
            scores[name] = 0;
            for (const auto &[domain, sum] : sums)
                if (label(nodes.at(name), domain.first) == domain.second)
                    scores[name] += sum;
        }
        const int64_t most = largest(scores), least = -largest(negated(scores));
        for (auto &[name, score] : scores)
            score = most == least ? 0 : static_cast<int64_t>(100.0 * (double(score - least) / double(most - least)));
        return scores;
    }
    Scores spreadEvenly(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        Scores scores;
        std::vector<corev1::TopologySpreadConstraint> wishes;
        for (const auto &constraint : pod.spec.topologySpreadConstraints)
            if (constraint.whenUnsatisfiable == "ScheduleAnyway")
                wishes.push_back(constraint);
        auto hasKeys = [&](const corev1::Node &node) {
            return std::all_of(wishes.begin(), wishes.end(),
                               [&](const auto &wish) { return !label(node, wish.topologyKey).empty(); });
        };
        std::map<std::string, double> sums;
        for (const auto &wish : wishes) {
            std::set<std::string> domains;
            for (const std::string &name : fitting)
                if (hasKeys(nodes.at(name)))
                    domains.insert(label(nodes.at(name), wish.topologyKey));
            std::map<std::string, int> counts;
            for (const auto &[uid, other] : placed)
                if (nodes.contains(other.spec.nodeName) && hasKeys(nodes.at(other.spec.nodeName)) &&
                    selected(pod, nodes.at(other.spec.nodeName)) && selects(wish.labelSelector, other))
                    ++counts[label(nodes.at(other.spec.nodeName), wish.topologyKey)];
            for (const std::string &name : fitting)
                if (hasKeys(nodes.at(name)))
                    sums[name] +=
                        counts[label(nodes.at(name), wish.topologyKey)] * std::log(double(domains.size() + 2)) +
                        double(wish.maxSkew - 1);
        }
        for (const auto &[name, sum] : sums)
            scores[name] = std::llround(sum);
        const int64_t most = largest(scores), least = -largest(negated(scores));
        for (auto &[name, score] : scores)
            score = most == 0 ? 100 : 100 * (most + least - score) / most;
        return scores;
    }
    static int64_t largest(const Scores &scores) {
        int64_t most = scores.empty() ? 0 : INT64_MIN;
        for (const auto &[name, score] : scores)
            most = std::max(most, score);
        return most;
    }
    static Scores negated(Scores scores) {
        for (auto &[name, score] : scores)
            score = -score;
        return scores;
    }

    /// By plug-in; nodes that are missing have 0.
    std::map<std::string, Scores> scores(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        return {{"TaintToleration", taints(pod, fitting)},
                {"NodeAffinity", nodeAffinity(pod, fitting)},
                {"NodeResourcesFit", leastAllocated(pod, fitting)},
                {"NodeResourcesBalancedAllocation", balance(pod, fitting)},
                {"ImageLocality", images(pod, fitting)},
                {"InterPodAffinity", podAffinity(pod, fitting)},
                {"PodTopologySpread", spreadEvenly(pod, fitting)}};
    }
    /// Weighted as in the default profile.
    Scores total(const corev1::Pod &pod, const std::set<std::string> &fitting) const {
        const std::map<std::string, int64_t> weights{
            {"TaintToleration", 3}, {"NodeAffinity", 2}, {"PodTopologySpread", 2}, {"InterPodAffinity", 2}};
        Scores sums;
        for (const auto &[plugin, each] : scores(pod, fitting))
            for (const auto &[name, score] : each)
                sums[name] += score * (weights.contains(plugin) ? weights.at(plugin) : 1);
        return sums;
    }
};

} // namespace coracle::scheduler::testing
