package bugs

// All returns all bugs.
func All() []Bug { //nolint:funlen // a table
	return []Bug{
		// The order of work: commit, publish, acknowledge.
		{
			Name: "acknowledge-before-publish", File: "handle.go", Promises: "P1",
			Old: "	if err := s.publish(ctx, h.Emitted); err != nil {\n		return err\n	}\n	return s.reach(ctx, PointPublished)",
			New: "	_ = s.publish(ctx, h.Emitted)\n	return nil",
		},
		{
			Name: "repeated-outcome-not-published", File: "handle.go", Promises: "P1",
			Old: "	if err := s.publish(ctx, h.Emitted); err != nil {",
			New: "	if repeated {\n		return nil\n	}\n	if err := s.publish(ctx, h.Emitted); err != nil {",
		},
		{
			Name: "publish-before-commit", File: "settle.go", Promises: "P1",
			Old: "	if err := s.platform.Log.Commit(ctx, commit); err != nil {",
			New: "	if err := s.publish(ctx, b.recorded()); err != nil {\n		return body{}, err\n	}\n	if err := s.platform.Log.Commit(ctx, commit); err != nil {",
		},
		{
			Name: "unknown-outcome-taken-for-success", File: "settle.go", Promises: "P1 P11 P3",
			Old: "		return body{}, commitError(d, err)\n",
			New: "		if !errors.Is(err, driver.ErrConflict) {\n			return b, nil\n		}\n		return body{}, commitError(d, err)\n",
		},
		{
			Name: "conflict-taken-for-done", File: "settle.go", Promises: "P1 P11",
			Old: "	if err == nil && !found {\n		err = cause\n	}\n	return b, found, err",
			New: "	if err == nil && !found && errors.Is(cause, driver.ErrConflict) {\n		return b, true, nil\n	}\n	if err == nil && !found {\n		err = cause\n	}\n	return b, found, err",
		},
		// Identity and the head.
		{
			Name: "identity-from-chance", File: "handle.go", Promises: "P2",
			Old: "		id: identityOf(f.name, h.Event.ID), function: f, stream: f.namespace() + \"/\" + key,",
			New: "		id: identityOf(f.name, h.Event.ID, s.now().String()), function: f, stream: f.namespace() + \"/\" + key,",
		},
		{
			Name: "identity-without-the-event", File: "handle.go", Promises: "P1 P5 P11",
			Old: "		id: identityOf(f.name, h.Event.ID), function: f, stream: f.namespace() + \"/\" + key,",
			New: "		id: identityOf(f.name, key), function: f, stream: f.namespace() + \"/\" + key,",
		},
		{
			Name: "no-condition-on-the-head", File: "settle.go", Promises: "P3",
			Old: "	if err := s.platform.Log.Commit(ctx, commit); err != nil {",
			New: "	if commit.Head != nil {\n		if now, err := s.platform.Log.Head(ctx, d.stream); err == nil {\n			commit.Head.Version = now.Version\n		}\n	}\n	if err := s.platform.Log.Commit(ctx, commit); err != nil {",
		},
		{
			Name: "key-not-looked-up", File: "execute.go", Promises: "P1 P2",
			Old: "	return identityOf(\"command\", h.Event.Type, h.key), nil\n",
			New: "	return s.randomID()\n",
		},
		{
			Name: "sequence-skipped", File: "compose.go", Promises: "P3",
			Old: "	if b.Seq = head.Seq + 1; len(now) == 0 {",
			New: "	if b.Seq = head.Seq + 1 + uint64(len(d.stream)%2); len(now) == 0 {",
		},
		// Time.
		{
			Name: "time-not-after-the-cause", File: "compose.go", Promises: "P3",
			Old: "Time: max(s.now(), head.Time+1, d.cause.Time+1),",
			New: "Time: max(s.now(), head.Time+1),",
		},
		{
			Name: "time-not-after-the-head", File: "compose.go", Promises: "P3",
			Old: "Time: max(s.now(), head.Time+1, d.cause.Time+1),",
			New: "Time: max(s.now(), d.cause.Time+1),",
		},
		{
			Name: "flow-lost", File: "compose.go", Promises: "P3",
			Old: "	case d.cause.Correlation != \"\":\n		return d.cause.Correlation\n",
			New: "",
		},
		// The agenda.
		{
			Name: "outbox-dropped", File: "compose.go", Promises: "P1 P11 liveness",
			Old: "	if b.Command != nil && len(b.Events) > 0 {\n		items",
			New: "	if false {\n		items",
		},
		{
			Name: "outbox-cleared-before-publishing", File: "execute.go", Promises: "P1 P11 liveness",
			Old: "	if err := s.publish(ctx, b.recorded()); err != nil {\n		return nil //nolint:nilerr // the outbox still has it\n	}",
			New: "	_ = s.platform.Agenda.Remove(ctx, driver.Outbox, b.ID)\n	if err := s.publish(ctx, b.recorded()); err != nil {\n		return nil\n	}",
		},
		{
			Name: "deadline-lost", File: "compose.go", Promises: "P5 P11 liveness",
			Old: "		items = append(items, driver.Item{Kind: driver.Deadlines, ID: d.ID, Due: d.Due, Body: data})\n",
			New: "		_ = data\n",
		},
		{
			Name: "deadline-early", File: "tick.go", Promises: "P5",
			Old: "s.platform.Agenda.Due(ctx, kind, s.now(), tickLimit)",
			New: "s.platform.Agenda.Due(ctx, kind, s.now()+60_000_000, tickLimit)",
		},
		{
			Name: "deadline-not-published", File: "tick.go", Promises: "P1 P11 liveness",
			Old: "return events, nil },\n	})\n	if err != nil {\n		return err\n	}\n	return s.publish(ctx, b.recorded())",
			New: "return events, nil },\n	})\n	_ = b\n	return err",
		},
		{
			Name: "item-removed-before-it-is-done", File: "tick.go", Promises: "P1 P5 P11 liveness",
			Old: "	if err := do(ctx, item); err != nil {\n		return err\n	}",
			New: "	_ = s.platform.Agenda.Remove(ctx, item.Kind, item.ID)\n	if err := do(ctx, item); err != nil {\n		return err\n	}",
		},
		{
			Name: "handed-over-and-forgotten", File: "handover.go", Promises: "P1 P5 P11 liveness",
			Old: "	return errHandedOver\n}",
			New: "	return nil\n}",
		},
		// Failing and parking.
		{
			Name: "failure-not-kept", File: "park.go", Promises: "P1 P11",
			Old: "	if retry, ok := errors.AsType[*retryError](fault); ok {\n		return s.keep(ctx, failure, retry.after)\n	}\n	if keepErr := s.keep(ctx, failure, net); keepErr != nil {\n		return errors.Join(err, keepErr)\n	}\n	return err",
			New: "	return nil",
		},
		{
			Name: "park-drops", File: "park.go", Promises: "P1 P11",
			Old: "	if err := s.putFailure(ctx, driver.Parked, failure, s.nextRedrive(failure)); err != nil {\n		return err\n	}",
			New: "",
		},
		{
			Name: "redrive-forgets-what-fails", File: "redrive.go", Promises: "P1 P11 P5",
			Old: "	return errors.Join(err, s.putFailure(ctx, driver.Parked, failure, s.nextRedrive(failure)))",
			New: "	return s.platform.Agenda.Remove(ctx, driver.Parked, failure.ID)",
		},
		// Effects.
		{
			Name: "effect-without-a-key", File: "handle.go", Promises: "P5",
			Old: "callSafely(withIdempotencyKey(ctx, id), f.timeout, call)",
			New: "callSafely(withIdempotencyKey(ctx, id+s.now().String()), f.timeout, call)",
		},
		{
			Name: "effect-not-recorded", File: "handle.go", Promises: "P1 P11 P5",
			Old: "	stream := f.namespace() + \"/\" + key\n	if len(out) > 0 {",
			New: "	if len(out) == 1 && id[0] < '8' {\n		return nil\n	}\n	stream := f.namespace() + \"/\" + key\n	if len(out) > 0 {",
		},
		// Views.
		{
			Name: "refold-left-out", File: "project.go", Promises: "P4 liveness",
			Old: "	if !inOrder {",
			New: "	if false && !inOrder {",
		},
		{
			Name: "duplicate-projected", File: "project.go", Promises: "P4 liveness",
			Old: "	if m.has(r) {\n		return nil\n	}",
			New: "",
		},
		{
			Name: "tally-without-its-mark", File: "project.go", Promises: "P4 liveness",
			Old: "	err = s.putDocument(ctx, f, doc, value, p.mark)",
			New: "	err = s.putDocument(ctx, f, doc, value, \"\")",
		},
		{
			Name: "memory-of-a-view-not-kept", File: "project.go", Promises: "P4 liveness",
			Old: "	m.add(r)\n",
			New: "	_ = r\n",
		},
		// State and hash.
		{
			Name: "snapshot-not-evolved", File: "compose.go", Promises: "P10 P5 P7 P8 liveness",
			Old: "s.evolved(d.stream, state, now)",
			New: "s.evolved(d.stream, state, now[:len(now)-1])",
		},
		{
			Name: "hash-over-the-wrong-bytes", File: "compose.go", Promises: "P10",
			Old: "Hash: chain(prev, data), Body: data,",
			New: "Hash: chain(prev, data[:len(data)/2]), Body: data,",
		},
		{
			Name: "chain-broken", File: "compose.go", Promises: "P10",
			Old: "	prev := head.Hash\n",
			New: "	prev := driver.Hash{}\n",
		},
		// Self-healing.
		{
			Name: "sweep-skips", File: "sweep.go", Promises: "P1 P4 liveness",
			Old: "		if done, err := seen.has(ctx, f, e); err != nil || done {",
			New: "		if done, err := seen.has(ctx, f, e); err != nil || done || f.view == nil {",
		},
		{
			Name: "paused-for-ever", File: "pause.go", Promises: "liveness",
			Old: "	return s.release(ctx, p.Function)\n",
			New: "	return errKept\n",
		},
	}
}
