#include "clusterd/apiserver/registry/event_history.h"

#include <QTest>
#include <fmt/format.h>
#include <random>

using namespace coracle;
using namespace coracle::apiserver;
using client::EventType;

namespace {

constexpr SteadyTime kStart{};

api::ObjectPtr object(std::string_view name, Revision revision) {
    return *api::Object::parse(fmt::format(R"({{"metadata":{{"name":"{}","resourceVersion":"{}"}}}})", name, revision));
}

/// A collection and everything that happened to it.
struct Model {
    ObjectTable table;
    EventHistory history;
    std::vector<std::map<std::string, Revision>> states{{}}; ///< by revision: names and their objects' revisions
    EventHistory::Limits limits;

    std::map<std::string, Revision> now() const {
        std::map<std::string, Revision> state;
        table.visitNamespace("", [&](const api::ObjectPtr &found) {
            state.emplace(found->name(), found->resourceVersion());
            return true;
        });
        return state;
    }

    void write(std::string_view name, bool remove, SteadyTime at = kStart) {
        const auto revision = static_cast<Revision>(states.size());
        auto event = std::make_shared<StoreEvent>();
        event->revision = revision;
        event->object = object(name, revision);
        event->previous = remove ? table.erase({"", name}) : table.put(event->object);
        event->type = remove ? EventType::Deleted : event->previous ? EventType::Modified : EventType::Added;
        history.append(event, at, limits);
        states.push_back(now());
    }
};

} // namespace

class EventHistoryTest : public QObject {
    Q_OBJECT

private slots:
    void undoGivesEveryPastState() {
        for (unsigned seed = 1; seed <= 20; ++seed) {
            std::mt19937 random(seed);
            Model model;
            for (int i = 0; i < 300; ++i) {
                const std::string name = fmt::format("n{}", random() % 30);
                const bool exists = model.table.find({"", name}) != nullptr;
                model.write(name, exists && random() % 3 == 0);
            }
            for (Revision at = 0; at < static_cast<Revision>(model.states.size()); ++at) {
                Model past;
                past.table = model.table.snapshot();
                undo(past.table, model.history.after(at, 1000, SIZE_MAX));
                QVERIFY2(past.now() == model.states[static_cast<size_t>(at)],
                         fmt::format("seed {}, revision {}", seed, at).c_str());
            }
            QVERIFY(model.now() == model.states.back()); // undoing touched only the copies
        }
    }

    void countsAndBytesAreBounded() {
        Model model;
        model.limits.eventsMax = 10;
        for (int i = 0; i < 25; ++i)
            model.write("a", false);
        QCOMPARE(model.history.begins(), 15);
        QCOMPARE(model.history.newest(), 25);
        QCOMPARE(model.history.after(15, 100, SIZE_MAX).size(), 10u);
        QCOMPARE(model.history.after(24, 100, SIZE_MAX).size(), 1u);
        QVERIFY(model.history.after(25, 100, SIZE_MAX).empty());
        QCOMPARE(model.history.after(15, 3, SIZE_MAX).back()->revision, 18);
        QCOMPARE(model.history.after(15, 100, 0).size(), 1u); // never nothing, however large it is
        QCOMPARE(model.history.find(20)->object->resourceVersion(), 20);
        QVERIFY(!model.history.find(15));

        Model small;
        small.limits.bytesMax = 3 * small.history.begins() + 2000;
        for (int i = 0; i < 25; ++i)
            small.write("a", false);
        QVERIFY(small.history.begins() > 15 && small.history.begins() < 25);
        small.limits.bytesMax = 1;
        small.write("a", false);
        QCOMPARE(small.history.after(25, 100, SIZE_MAX).size(), 1u); // the newest one always stays
    }

    void oldEventsGoUnlessTheyAreFew() {
        Model model;
        model.limits.quietBytesMax = 2000;
        for (int i = 0; i < 20; ++i)
            model.write("a", false, kStart + std::chrono::minutes(i));
        model.history.dropOld(kStart + std::chrono::minutes(14), model.limits);
        QCOMPARE(model.history.begins(), 9); // the tenth was written in minute 9, five minutes before
        model.history.dropOld(kStart + std::chrono::hours(10), model.limits);
        QVERIFY(model.history.begins() > 9 && model.history.begins() < 20);
        QVERIFY(!model.history.after(model.history.begins(), 100, SIZE_MAX).empty());
    }

    void beginsAnew() {
        Model model;
        model.write("a", false);
        model.history.begin(7);
        QCOMPARE(model.history.begins(), 7);
        QCOMPARE(model.history.newest(), 7);
        QVERIFY(model.history.after(7, 10, SIZE_MAX).empty());
    }
};

QTEST_GUILESS_MAIN(EventHistoryTest)
#include "tst_event_history.moc"
