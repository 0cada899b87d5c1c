#include "clusterd/appliance/trial.h"

#include "core/base/files.h"
#include "tests/support/manual_clock.h"

#include <QTemporaryDir>
#include <QTest>
#include <atomic>

using namespace coracle;
using namespace coracle::appliance;
namespace fs = std::filesystem;

/// Each Trial object stands for a process that was started with the same data folder.
class TrialTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    test::ManualClock m_clock;

    fs::path path(const char *name) const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<Trial> process() {
        auto made = std::make_unique<Trial>(path("trial.json"), m_clock);
        made->begin();
        return made;
    }
    void put(const char *name, std::string_view text) { QVERIFY(writeFileAtomic(path(name), text, 0640).has_value()); }
    std::string text(const char *name) const { return readFile(path(name)).value_or("(none)"); }
    TrialRecord change(std::vector<const char *> files) {
        TrialRecord record{.operationId = "op-1", .result = {{"answer", 42}}, .startedAt = m_clock.now()};
        for (const char *name : files)
            record.files.push_back(*SavedFile::of(path(name)));
        return record;
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsGoodStays() {
        put("a", "old");
        auto first = process();
        QVERIFY(!first->trying());
        QVERIFY(first->arm(change({"a"})).has_value());
        put("a", "new");
        auto second = process();
        QVERIFY(second->trying());
        QVERIFY(second->confirm().has_value());
        auto third = process();
        QVERIFY(!third->trying());
        QCOMPARE(text("a"), std::string("new"));
        QCOMPARE(third->record()->state, TrialState::Confirmed);
        QCOMPARE(third->record()->operationId, std::string("op-1"));
        QCOMPARE(third->record()->result.at("answer").as_int64(), 42);
        QVERIFY(third->record()->files.empty()); // what may hold secrets does not stay
        QVERIFY(text("trial.json").find("old") == std::string::npos);
    }

    void whatFailsComesBack() {
        put("a", "old");
        auto first = process();
        QVERIFY(first->arm(change({"a", "b"})).has_value());
        put("a", "new");
        put("b", "made");
        auto second = process();
        QVERIFY(second->fail("it does not answer"));
        QVERIFY(!second->fail("once only"));
        QCOMPARE(text("a"), std::string("old"));
        QVERIFY(!fs::exists(path("b")));
        QCOMPARE(fs::status(path("a")).permissions() & fs::perms::mask, fs::perms(0640));
        auto third = process();
        QVERIFY(!third->trying());
        QCOMPARE(third->record()->state, TrialState::RolledBack);
        QCOMPARE(third->record()->message, std::string("it does not answer"));
    }

    void aChangeThatFailsIsForgotten() {
        put("a", "old");
        auto first = process();
        QVERIFY(!first->arm(change({"a"}), [] { return errors::other("no room"); }));
        QVERIFY(!first->record());
        QVERIFY(!process()->trying());
        QVERIFY(first->arm(change({"a"}), [] { return Result<>(); }));
        QVERIFY(!first->arm(change({"a", "b"}), [] { return errors::other("no room"); }));
        QCOMPARE(first->record()->files.size(), size_t(1)); // the earlier one waits still
        QVERIFY(process()->trying());
    }

    void aChangeThatWasCutOffIsTakenBack() {
        put("a", "old");
        put("b", "old");
        auto first = process();
        std::string record;
        QVERIFY(first->arm(change({"a", "b"}), [&]() -> Result<> {
            CHECK(writeFileAtomic(path("a"), "new", 0600));
            record = text("trial.json"); // what is there when the power goes now
            return {};
        }));
        put("trial.json", record);
        auto second = process();
        QVERIFY(!second->trying());
        QCOMPARE(text("a"), std::string("old"));
        QCOMPARE(second->record()->state, TrialState::RolledBack);
        QCOMPARE(second->record()->message, std::string("the daemon ended before the change was made"));
    }

    void aProcessThatWasKilledCountsAsFailed() {
        put("a", "old");
        QVERIFY(process()->arm(change({"a"})).has_value());
        put("a", "new");
        QVERIFY(process()->trying()); // and then the power goes
        auto third = process();
        QVERIFY(!third->trying());
        QCOMPARE(text("a"), std::string("old"));
        QCOMPARE(third->record()->state, TrialState::RolledBack);
    }

    void killedBeforeTheChangeWasWritten() {
        put("a", "old");
        QVERIFY(process()->arm(change({"a"})).has_value());
        auto second = process(); // tries what is there: the old file
        QVERIFY(second->trying());
        QVERIFY(second->confirm().has_value());
        QCOMPARE(text("a"), std::string("old"));
    }

    void theOldestContentCounts() {
        put("a", "one");
        auto first = process();
        QVERIFY(first->arm(change({"a"})).has_value());
        put("a", "two");
        QVERIFY(first->arm(change({"a", "b"})).has_value()); // changed once more before any restart
        put("a", "three");
        put("b", "made");
        auto second = process();
        QVERIFY(second->fail("no"));
        QCOMPARE(text("a"), std::string("one"));
        QVERIFY(!fs::exists(path("b")));
    }

    void nothingIsChangedWhileAnotherIsOnTrial() {
        QVERIFY(process()->arm(change({})).has_value());
        auto second = process();
        const auto refused = second->arm(change({}));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, 409);
    }

    void aRestartWithoutAChangeHasNothingToGoBackTo() {
        QVERIFY(process()->arm(change({})).has_value());
        auto second = process();
        QVERIFY(!second->fail("it does not answer")); // so there is no sense in starting again
        QCOMPARE(second->record()->state, TrialState::Failed);
    }

    void aRecordThatCannotBeReadIsNone() {
        put("trial.json", "{\"state\":\"try");
        QVERIFY(!process()->record());
        put("trial.json", "{\"state\":\"what\",\"kind\":\"restart\"}");
        QVERIFY(!process()->record());
        QVERIFY(process()->arm(change({})).has_value());
        QVERIFY(process()->trying());
    }

    void contentMayBeAnything() {
        const std::string odd("\xff\xfe\0\n\"x", 6);
        put("a", odd);
        QVERIFY(process()->arm(change({"a"})).has_value());
        put("a", "new");
        QVERIFY(process()->fail("no"));
        QCOMPARE(text("a"), odd);
    }

    void theTimerTakesBackWhatIsNotReadyInTime() {
        put("a", "old");
        TrialRecord record = change({"a"});
        record.deadline = std::chrono::milliseconds(1);
        QVERIFY(process()->arm(std::move(record)).has_value());
        put("a", "new");
        auto second = process();
        std::atomic<bool> again = false;
        const TrialTimer timer(*second, [&] { again = true; });
        QTRY_VERIFY(again);
        QCOMPARE(text("a"), std::string("old"));
        QVERIFY(second->record()->message.find("not ready within") != std::string::npos);
    }

    void theTimerEndsWithItsProcess() {
        QVERIFY(process()->arm(change({})).has_value());
        auto second = process();
        {
            const TrialTimer timer(*second, [] { qFatal("there was time"); });
        }
        QVERIFY(second->trying());
        const TrialTimer none(*process(), [] { qFatal("nothing is on trial"); });
    }
};

QTEST_GUILESS_MAIN(TrialTest)
#include "tst_trial.moc"
