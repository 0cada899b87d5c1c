#include "app/editor/document_editor.h"

#include "app/actions/toasts.h"
#include "app/editor/background.h"
#include "app/editor/three_way.h"
#include "app/workloads/object_detail.h"
#include "app/workloads/text_diff.h"

#include <QQuickItem>
#include <QTextCursor>
#include <QTimer>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr qsizetype kPieceChars = 32'768; ///< some milliseconds of layout

QString comparable(const QJsonObject &object) {
    return object.isEmpty() ? QString() : yamlText(withoutServerFields(object));
}

QList<ProblemRow> problemsOf(const ApplyOutcome &outcome, const YamlOutline &outline, bool many) {
    QList<ProblemRow> rows;
    for (const auto &[field, message] : refusedFields(outcome.error)) {
        const int line = outline.lineOf(outcome.manifest.document, fieldPath(field));
        QString text = field.isEmpty() || message.contains(field) ? message : field + QStringLiteral(": ") + message;
        if (many)
            text = outcome.title() + QStringLiteral(": ") + text;
        rows.append({.key = QStringLiteral("%1/%2").arg(line).arg(text), .line = line, .message = text});
    }
    return rows;
}

} // namespace

DocumentEditor::DocumentEditor(QObject *parent) : QObject(parent) {
    connect(&m_watch, &SessionDocument::documentChanged, this, &DocumentEditor::takeObject);
    connect(&m_watch, &SessionDocument::stateChanged, this, &DocumentEditor::stateChanged);
}

void DocumentEditor::setCluster(Cluster *cluster) {
    m_cluster = cluster;
    identify();
}

void DocumentEditor::setKindKey(const QString &kindKey) {
    m_kindKey = kindKey;
    identify();
}

void DocumentEditor::setNamespaceName(const QString &name) {
    m_namespaceName = name;
    identify();
}

void DocumentEditor::setName(const QString &name) {
    m_name = name;
    identify();
}

void DocumentEditor::identify() {
    const ResourceKind *kind = m_cluster ? m_cluster->catalog()->find(m_kindKey) : nullptr;
    m_watch.setSession(m_cluster ? m_cluster->session() : nullptr);
    m_watch.setPath(kind && !m_name.isEmpty() ? kind->objectPath(m_namespaceName, m_name) : QString());
    Q_EMIT identityChanged();
    Q_EMIT stateChanged();
}

void DocumentEditor::setDocument(QQuickTextDocument *document) {
    m_quick = document;
    // A TextEdit makes nodes for the whole text, unless a long one is set at once; here only what is in view gets any.
    if (auto *edit = document ? qobject_cast<QQuickItem *>(document->parent()) : nullptr)
        edit->setFlag(QQuickItem::ItemObservesViewport);
    if (QTextDocument *found = text())
        connect(found, &QTextDocument::modificationChanged, this, &DocumentEditor::modifiedChanged);
    Q_EMIT documentChanged();
    if (!m_watch.object().isEmpty())
        takeObject();
}

ViewState::Value DocumentEditor::state() const {
    return m_name.isEmpty() ? ViewState::Ready : m_watch.state();
}

QList<int> DocumentEditor::problemLines() const {
    QList<int> lines;
    for (int i = 0; i < m_problems.count(); ++i)
        lines.append(m_problems.at<ProblemRow>(i).line);
    return lines;
}

void DocumentEditor::takeObject() {
    const QJsonObject &object = m_watch.object();
    if (object.isEmpty() || !text() || m_busy)
        return;
    if (m_base.isEmpty() || !modified())
        return load(object);
    const bool differs = withoutServerFields(object) != withoutServerFields(m_base);
    m_theirs = differs ? forEditing(object) : QJsonObject();
    Q_EMIT outsideChanged();
}

void DocumentEditor::load(const QJsonObject &object) {
    const QJsonObject shown = forEditing(object);
    if (shown == m_base && !modified())
        return;
    m_base = shown;
    m_theirs = {};
    Q_EMIT outsideChanged();
    inBackground(this, [shown] { return yamlText(shown); }, [this](const QString &text) { fill(text); });
}

void DocumentEditor::fill(const QString &filled) {
    if (!text())
        return;
    text()->setUndoRedoEnabled(false);
    text()->clear();
    ++m_filling;
    fillOn(std::make_shared<const QString>(filled), 0);
}

void DocumentEditor::fillOn(std::shared_ptr<const QString> filled, qsizetype from) {
    if (!text())
        return;
    QTextCursor cursor(text());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(filled->mid(from, kPieceChars));
    if (from += kPieceChars; from < filled->size()) {
        QTimer::singleShot(0, this, [this, filled, from, filling = m_filling] {
            if (filling == m_filling)
                fillOn(filled, from);
        });
        return;
    }
    text()->setUndoRedoEnabled(true);
    text()->setModified(false);
    Q_EMIT modifiedChanged();
}

void DocumentEditor::setText(const QString &replacement) {
    if (!text())
        return;
    QTextCursor cursor(text());
    cursor.select(QTextCursor::Document);
    cursor.insertText(replacement);
}

void DocumentEditor::review() {
    write(true, false);
}

void DocumentEditor::write(bool dryRun, bool force) {
    if (!text() || !m_cluster || m_busy)
        return;
    setBusy(true);
    const QString written = text()->toPlainText();
    inBackground(
        this, [written] { return readManifests(written); },
        [this, written, dryRun, force](const ReadManifests &read) {
            QList<ProblemRow> problems;
            for (const TextProblem &problem : read.problems)
                problems.append({.key = QString::number(problem.line), .line = problem.line, .message = problem.text});
            if (problems.isEmpty() && read.manifests.isEmpty())
                problems.append(
                    {.key = QStringLiteral("empty"), .line = 0, .message = tr("There is nothing to apply.")});
            m_ownedByOthers = false;
            report(problems);
            if (!problems.isEmpty())
                return setBusy(false);
            m_apply.start(
                m_cluster, read.manifests, {.dryRun = dryRun, .force = force},
                [this, dryRun, written](const QList<ApplyOutcome> &outcomes) { finish(outcomes, dryRun, written); });
        });
}

void DocumentEditor::finish(const QList<ApplyOutcome> &outcomes, bool dryRun, const QString &written) {
    setBusy(false);
    QList<ProblemRow> problems;
    const bool failed = std::any_of(outcomes.begin(), outcomes.end(), [](const auto &one) { return one.failed(); });
    const YamlOutline outline(failed ? written : QString()); // a long text takes its time
    bool conflict = false;
    for (const ApplyOutcome &outcome : outcomes) {
        if (!outcome.failed())
            continue;
        problems += problemsOf(outcome, outline, outcomes.size() > 1);
        conflict = conflict || outcome.error.code == 409;
        m_ownedByOthers = m_ownedByOthers || (outcome.error.code == 409 && !outcome.error.causes.empty());
    }
    report(problems);
    if (conflict && !m_name.isEmpty())
        m_watch.retry(); // what the cluster has now comes, and with it changedOutside()
    if (!problems.isEmpty())
        return;
    if (dryRun)
        return reportDifference(outcomes);
    if (!m_name.isEmpty() && outcomes.size() == 1)
        m_base = forEditing(outcomes.first().after);
    m_theirs = {};
    Q_EMIT outsideChanged();
    text()->setModified(false);
    if (!m_name.isEmpty() && outcomes.size() == 1)
        inBackground(this, [base = m_base] { return yamlText(base); }, [this](const QString &text) { fill(text); });
    const int count = static_cast<int>(outcomes.size());
    Toasts::instance().done(count == 1 ? tr("%1 is applied").arg(outcomes.first().title())
                                       : tr("%n object(s) are applied", "", count));
    Q_EMIT applied();
}

void DocumentEditor::reportDifference(const QList<ApplyOutcome> &outcomes) {
    inBackground(
        this,
        [outcomes] {
            QString difference;
            for (const ApplyOutcome &outcome : outcomes) {
                const QString part = lineDiff(comparable(outcome.before), comparable(outcome.after));
                if (outcomes.size() > 1 && !part.isEmpty())
                    difference += QStringLiteral("… %1\n").arg(outcome.title());
                difference += part;
            }
            return difference;
        },
        [this](const QString &difference) {
            m_differenceText = difference;
            Q_EMIT differenceChanged();
            Q_EMIT reviewed();
        });
}

void DocumentEditor::compare() {
    if (!text())
        return;
    const QString mine = text()->toPlainText();
    inBackground(
        this,
        [mine, base = m_base, theirs = m_theirs] {
            const ReadManifests read = readManifests(mine);
            const QString before = comparable(base);
            const QJsonObject changed = read.manifests.isEmpty() ? base : read.manifests.first().object;
            return std::pair(lineDiff(before, comparable(theirs)), lineDiff(before, comparable(changed)));
        },
        [this](const std::pair<QString, QString> &changes) {
            m_theirChanges = changes.first;
            m_myChanges = changes.second;
            Q_EMIT outsideChanged();
        });
}

void DocumentEditor::merge() {
    if (!text() || m_theirs.isEmpty())
        return;
    const QString mine = text()->toPlainText();
    struct Merged {
        QString text;
        QList<ProblemRow> problems;
        bool possible = false;
    };
    inBackground(
        this,
        [mine, base = m_base, theirs = m_theirs] {
            const ReadManifests read = readManifests(mine);
            Merged result;
            if (!read.problems.isEmpty() || read.manifests.size() != 1) {
                for (const TextProblem &problem : read.problems)
                    result.problems.append(
                        {.key = QString::number(problem.line), .line = problem.line, .message = problem.text});
                return result;
            }
            const ThreeWay merged = mergeChanges(base, read.manifests.first().object, theirs);
            result.possible = true;
            result.text = yamlText(merged.merged);
            const YamlOutline outline(result.text);
            for (const QString &field : merged.conflicts)
                result.problems.append({.key = field,
                                        .line = outline.lineOf(0, fieldPath(field)),
                                        .message = tr("%1 was changed on both sides; this is yours.").arg(field)});
            return result;
        },
        [this, theirs = m_theirs](const Merged &merged) {
            report(merged.problems);
            if (!merged.possible || !text())
                return;
            m_base = theirs;
            m_theirs = {};
            Q_EMIT outsideChanged();
            setText(merged.text);
        });
}

void DocumentEditor::discard() {
    m_theirs = {};
    m_base = {};
    report({});
    if (text())
        text()->setModified(false);
    if (!m_watch.object().isEmpty())
        load(m_watch.object());
}

void DocumentEditor::report(const QList<ProblemRow> &problems) {
    m_problems.set(problems);
    Q_EMIT problemsChanged();
}

void DocumentEditor::setBusy(bool busy) {
    m_busy = busy;
    Q_EMIT busyChanged();
    if (!busy)
        takeObject();
}

} // namespace coracle::app
