#include "clusterd/apiserver/registry/store_watch.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTemporaryDir>
#include <QTest>
#include <fmt/format.h>
#include <map>
#include <random>

using namespace coracle;
using namespace coracle::test;
using apiserver::Selection;
using apiserver::StoreWatch;
using client::EventType;
using datastore::Revision;

/// Random writes, lists and watches against a simple model: a watcher that rebuilds the collection from events has, at
/// every revision that it reaches, what a list at that revision shows. Every run comes from a seed.
namespace {

#ifdef __SANITIZE_THREAD__
constexpr unsigned kSeeds = 3; // each takes ten times as long
#else
constexpr unsigned kSeeds = 12;
#endif

const api::ResourceInfo &pods() {
    return *api::findResource("", "pods");
}

/// What the model knows of an object: what selectors ask for, and the revision of its last change.
struct Known {
    std::string label, node;
    Revision revision = 0;
    bool operator==(const Known &) const = default;
};
using State = std::map<std::string, Known>; ///< by namespace/name

struct Choice {
    std::string space, labels, fields;

    bool matches(const std::string &key, const Known &object) const {
        const std::string inside = key.substr(0, key.find('/')), name = key.substr(key.find('/') + 1);
        auto term = [](const std::string &selector, const std::string &path, const std::string &value) {
            if (selector.starts_with(path + "!="))
                return value != selector.substr(path.size() + 2);
            return !selector.starts_with(path + "=") || value == selector.substr(path.size() + 1);
        };
        return (space.empty() || space == inside) && term(labels, "l", object.label) &&
               term(fields, "spec.nodeName", object.node) && term(fields, "metadata.name", name);
    }
    State of(const State &state) const {
        State selected;
        for (const auto &[key, object] : state)
            if (matches(key, object))
                selected.emplace(key, object);
        return selected;
    }
};

class Simulation {
public:
    explicit Simulation(unsigned seed) : m_random(seed), m_limits{.eventsMax = 40 + m_random() % 200} {
        if (m_random() % 2 == 0)
            m_path = m_folder.filePath("state.db").toStdString();
        open();
        m_states[m_api->store().revision()] = {};
    }

    /// Empty, or what went wrong.
    std::string run() {
        for (int step = 0; step < 300 && m_problem.empty(); ++step) {
            switch (m_random() % 12) {
            case 0:
                startWatch();
                break;
            case 1:
            case 2:
                pump(m_random() % 3 == 0);
                break;
            case 3:
                listInPages();
                break;
            case 4:
                if (m_random() % 12 == 0 && m_path != ":memory:")
                    restart();
                break;
            default:
                write();
            }
        }
        pump(true);
        return m_problem;
    }

private:
    struct Watcher {
        Choice choice;
        std::unique_ptr<StoreWatch> watch;
        State state;
        Revision reached = 0;
    };

    size_t below(size_t bound) { return m_random() % bound; }

    void open() { m_api = std::make_unique<TestApi>(TestApi::Options{.limits = m_limits, .databasePath = m_path}); }

    void restart() {
        // Watchers remember how far they were and go on from there with the new server.
        for (Watcher &watcher : m_watchers)
            watcher.watch.reset();
        m_api.reset();
        open();
        for (Watcher &watcher : m_watchers)
            resume(watcher);
    }

    Choice choose() {
        static const std::vector<std::string> kLabels = {"", "", "l=a", "l!=a", "l=b"};
        static const std::vector<std::string> kFields = {
            "", "", "spec.nodeName=n1", "spec.nodeName!=n1", "spec.nodeName=", "metadata.name=p3", "metadata.name!=p3"};
        static const std::vector<std::string> kSpaces = {"", "s1", "s2"};
        return {kSpaces[below(kSpaces.size())], kLabels[below(kLabels.size())], kFields[below(kFields.size())]};
    }

    void resume(Watcher &watcher) {
        auto selection = Selection::parse(pods(), watcher.choice.space, watcher.choice.labels, watcher.choice.fields);
        watcher.watch =
            std::make_unique<StoreWatch>(m_api->store(), systemClock(), pods(),
                                         StoreWatch::Options{.selection = *selection, .after = watcher.reached});
    }

    void startWatch() {
        Watcher &watcher = m_watchers.emplace_back();
        watcher.choice = choose();
        // From any revision that the model knows.
        auto from = std::next(m_states.begin(), static_cast<std::ptrdiff_t>(below(m_states.size())));
        watcher.reached = from->first;
        watcher.state = watcher.choice.of(from->second);
        if (below(3) > 0)
            return resume(watcher);
        watcher.state.clear();
        auto selection = Selection::parse(pods(), watcher.choice.space, watcher.choice.labels, watcher.choice.fields);
        watcher.watch = std::make_unique<StoreWatch>(
            m_api->store(), systemClock(), pods(),
            StoreWatch::Options{.selection = *selection, .initialEvents = true, .initialEventsEnd = true});
        watcher.reached = m_api->store().revision();
        const State expected = watcher.choice.of(m_states.rbegin()->second);
        for (bool ended = false; !ended && m_problem.empty();) {
            auto items = m_api->run(watcher.watch->next());
            for (const apiserver::WatchItem &item : *items) {
                ended = item.initialEventsEnd;
                if (!ended)
                    apply(watcher, item);
            }
        }
        check(watcher.state == expected, "the initial events are not the state");
    }

    void write() {
        const std::string space = fmt::format("s{}", 1 + below(3)), name = fmt::format("p{}", below(8));
        const std::string key = space + "/" + name, path = "/registry/pods/" + key;
        State state = m_states.rbegin()->second;
        auto present = state.find(key);
        auto &backend = m_api->backend();
        Revision revision = 0;
        if (present != state.end() && below(3) == 0) {
            revision = m_api->run(backend.remove(path, present->second.revision))->revision;
            state.erase(present);
        } else {
            Known known{below(2) ? "a" : "b", below(2) ? "n1" : ""};
            std::string value = fmt::format(
                R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"{}","labels":{{"l":"{}"}}}},)"
                R"("spec":{{"nodeName":"{}"}}}})",
                name, space, known.label, known.node);
            if (present == state.end())
                revision = *m_api->run(backend.create(path, std::move(value)));
            else
                revision = m_api->run(backend.update(path, std::move(value), present->second.revision))->revision;
            known.revision = revision;
            state[key] = known;
        }
        m_states[revision] = std::move(state);
    }

    static Known knownOf(const api::Object &object) {
        return {std::string(object.label("l").value_or("")), api::selectableField(pods(), object, "spec.nodeName"),
                object.resourceVersion()};
    }

    void apply(Watcher &watcher, const apiserver::WatchItem &item) {
        const std::string key = item.object->key();
        const bool had = watcher.state.contains(key);
        check(item.object->resourceVersion() == item.revision, "an event's object has another revision");
        check(had == (item.type != EventType::Added), "an event does not fit what the watcher has: " + key);
        if (item.type == EventType::Deleted) {
            Known last = knownOf(*item.object);
            check(watcher.choice.matches(key, last), "what leaves is not shown as it was");
            watcher.state.erase(key);
        } else {
            watcher.state[key] = knownOf(*item.object);
        }
        check(item.revision >= watcher.reached || item.event == nullptr, "events go back");
        if (item.event)
            watcher.reached = item.revision;
    }

    /// Lets watchers read what there is; all of it, or one read of one of them.
    void pump(bool everything) {
        const Revision newest = m_states.rbegin()->first;
        for (size_t i = 0; i < m_watchers.size() && m_problem.empty(); ++i) {
            Watcher &watcher = m_watchers[i];
            while (m_problem.empty() && hasNews(watcher, newest)) {
                auto items = m_api->run(watcher.watch->next());
                if (!items) {
                    // Too far behind: only then may it fail, and it begins again.
                    check(isExpired(items.error()) && newest - watcher.reached > 40, items.error().message);
                    m_watchers.erase(m_watchers.begin() + static_cast<std::ptrdiff_t>(i--));
                    break;
                }
                for (const apiserver::WatchItem &item : *items)
                    apply(watcher, item);
                auto at = std::prev(m_states.upper_bound(watcher.reached));
                check(watcher.state == watcher.choice.of(at->second), "a watcher has not what a list shows");
                if (!everything)
                    return;
            }
        }
    }

    /// Whether the model says that something comes; else reading would wait for ever.
    bool hasNews(const Watcher &watcher, Revision newest) const {
        State before = watcher.state;
        for (auto at = m_states.upper_bound(watcher.reached); at != m_states.end() && at->first <= newest; ++at)
            if (watcher.choice.of(at->second) != before)
                return true;
        return false;
    }

    /// A list of the newest or a past state, page by page, with writes in between.
    void listInPages() {
        const Choice choice = choose();
        client::ListOptions options{.labelSelector = choice.labels,
                                    .fieldSelector = choice.fields,
                                    .limit = static_cast<int64_t>(1 + below(5))};
        auto at = std::prev(m_states.end());
        if (below(2)) {
            at = std::next(m_states.begin(), static_cast<std::ptrdiff_t>(below(m_states.size())));
            options.resourceVersion = std::to_string(at->first);
            options.resourceVersionMatch = "Exact";
        }
        const Revision revision = at->first;
        if (revision == 0)
            return;
        State listed;
        do {
            auto page = m_api->run(m_api->client().list(pods(), choice.space, options));
            if (!check(page.has_value(), page ? "" : page.error().message))
                return;
            check(page->resourceVersion == std::to_string(revision), "a page is of another revision");
            for (const api::ObjectPtr &object : page->items)
                check(listed.emplace(object->key(), knownOf(*object)).second, "an object comes twice");
            options.resourceVersion.clear();
            options.resourceVersionMatch.clear();
            options.continueToken = page->continueToken;
            for (size_t i = below(4); i > 0; --i)
                write();
        } while (!options.continueToken.empty());
        check(listed == choice.of(m_states.at(revision)), "a list is not the state at its revision");
    }

    bool check(bool good, const std::string &problem) {
        if (!good && m_problem.empty())
            m_problem = problem;
        return good;
    }

    std::mt19937 m_random;
    apiserver::Store::Limits m_limits;
    QTemporaryDir m_folder;
    std::string m_path = ":memory:";
    std::unique_ptr<TestApi> m_api;
    std::map<Revision, State> m_states; ///< all there ever were
    std::vector<Watcher> m_watchers;
    std::string m_problem;
};

} // namespace

class WatchModelTest : public QObject {
    Q_OBJECT

private slots:
    void watchesAndListsAgreeWithTheModel_data() {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= kSeeds; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }

    void watchesAndListsAgreeWithTheModel() {
        QFETCH(unsigned, seed);
        const std::string problem = Simulation(seed).run();
        QVERIFY2(problem.empty(), problem.c_str());
    }
};

QTEST_GUILESS_MAIN(WatchModelTest)
#include "tst_watch_model.moc"
